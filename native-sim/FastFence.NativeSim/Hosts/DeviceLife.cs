using System.Diagnostics;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Hosts;

/// <summary>One life of a device: a mapping, and the process that has it. Guarded by the GPU's lock but where it says any thread.</summary>
internal sealed unsafe class DeviceLife : IDisposable
{
    private const int NapMilliseconds = 1;

    private readonly bool[] _burnt;
    private Process? _child;
    private volatile int _processFile = -1;
    private volatile bool _dead;
    private TimeSpan _processorTime;

    internal DeviceLife(MapLayout layout, ulong number, DeviceHabits habits)
    {
        Map = DeviceMap.Create(layout, number, habits);
        _burnt = new bool[layout.Rings];
    }

    internal DeviceMap Map { get; }

    /// <summary>The host ended it to bring it to rest: those whose jobs did not hang are innocent.</summary>
    internal bool WasEnded { get; private set; }

    /// <summary>Its process, 0 before it has one.</summary>
    internal int ProcessId { get; private set; }

    internal bool HasProcess => _processFile >= 0;

    /// <summary>Do its engines run, or did they? A hint of the device's.</summary>
    internal bool WasReady => Volatile.Read(ref Map.Device->Ready) != 0;

    /// <summary>Has its process ended? From then on nothing writes into the mapping but this process. Any thread.</summary>
    internal bool IsDead => _dead || (_processFile >= 0 && SystemCalls.WaitForEnd(_processFile, 0) && (_dead = true));

    /// <summary>Starts the process.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    internal void StartProcess()
    {
        string launcher = Path.Combine(AppContext.BaseDirectory, "FastFence.NativeSim");
        if (!File.Exists(launcher))
        {
            throw new IOException($"The device's program is not there: {launcher}. It is built with FastFence.NativeSim and lies beside whoever refers to it.");
        }

        ProcessStartInfo start = new(launcher) { ArgumentList = { Map.Path } };
        start.Environment.Remove("DOTNET_gcServer"); // the host's settings are not the device's
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment[Devices.DeviceProgram.ChildVariable] = "1";
        _child = Process.Start(start) ?? throw new IOException($"{launcher} cannot be started.");
        Follow(_child.Id);
    }

    /// <summary>Has a device that was started by hand come? It must have our memory mapped: a number in shared memory is no proof.</summary>
    internal void LookForProcess()
    {
        uint claimed = Volatile.Read(ref Map.Device->Process);
        if (HasProcess || claimed == 0 || claimed == (uint)Environment.ProcessId || claimed > int.MaxValue)
        {
            return;
        }

        if (MappedFiles.Has((int)claimed, Map))
        {
            Follow((int)claimed);
        }
        else
        {
            Volatile.Write(ref Map.Device->Process, 0); // whoever it was has gone, or never was
        }
    }

    /// <summary>Waits for its end; any thread.</summary>
    internal bool WaitForEnd(int milliseconds)
    {
        if (_processFile < 0)
        {
            return false;
        }

        _dead |= SystemCalls.WaitForEnd(_processFile, milliseconds);
        return _dead;
    }

    /// <summary>A signal to exactly this process; false when it has none or has ended. Any thread.</summary>
    internal bool Signal(int signal) => _processFile >= 0 && SystemCalls.Signal(_processFile, signal);

    /// <summary>Ends it for good, and waits; any thread.</summary>
    internal bool End(int milliseconds)
    {
        if (!HasProcess)
        {
            return true; // whoever comes is told to stop, and finds no ring to work for
        }

        WasEnded |= !IsDead;
        _ = Signal(SystemCalls.Kill);
        return WaitForEnd(milliseconds);
    }

    /// <summary>A free place for a ring.</summary>
    internal bool TryTake(out uint place)
    {
        for (place = 0; place < Map.Layout.Rings; place++)
        {
            RingEntry* entry = Map.RingEntryOf(place);
            bool isSettled = entry->State == RingEntry.Free
                || (entry->State is RingEntry.Stopping or RingEntry.Ended && Volatile.Read(ref Map.RingWordsOf(place)->Seen) == entry->Number);
            if (isSettled && !_burnt[place] && Volatile.Read(ref entry->InUse) == 0)
            {
                new Span<byte>(Map.CommandsOf(place), (int)(Map.Layout.Capacity * MapLayout.SlotBytes)).Clear();
                Volatile.Write(ref entry->Context, 0);
                entry->InUse = 1;
                return true;
            }
        }

        return false;
    }

    /// <summary>Does no engine use the place any more?</summary>
    internal bool IsFree(uint place) => Volatile.Read(ref Map.RingEntryOf(place)->InUse) == 0;

    /// <summary>Not to be used again in this life: a device that was reset may still write there.</summary>
    internal void Burn(uint place)
    {
        _burnt[place] = true;
        Volatile.Write(ref Map.RingEntryOf(place)->Context, 0); // whoever waits for this ring is to find it where it goes to
    }

    /// <summary>Gives a place back that no ring came to use.</summary>
    internal void GiveBack(uint place) => Volatile.Write(ref Map.RingEntryOf(place)->InUse, 0);

    internal RingAddresses AddressesOf(uint place, uint engine) => new()
    {
        Commands = (nint)Map.CommandsOf(place),
        CompletionWord = (nint)(&Map.RingWordsOf(place)->Completion),
        CompletionTimes = (nint)Map.TimesOf(place),
        Doorbell = (nint)(&Map.EngineWordsOf(engine)->Doorbell),
        Interrupt = (nint)(&Map.Device->Interrupt),
        InUse = (nint)(&Map.RingEntryOf(place)->InUse),
    };

    internal void Attach(RingSeat seat)
    {
        RingEntry* entry = Map.RingEntryOf(seat.Place);
        entry->Engine = seat.Engine;
        entry->Start = seat.Position;
        entry->Priority = seat.Priority;
        entry->Context = seat.Ring!.Timeline.Context;
        Change(entry, RingEntry.Running);
        WakeEngine(seat.Engine);
    }

    internal void Stop(uint place)
    {
        RingEntry* entry = Map.RingEntryOf(place);
        if (entry->State == RingEntry.Running)
        {
            Change(entry, RingEntry.Stopping);
            WakeEngine(entry->Engine);
        }
    }

    /// <summary>A ring that was stopped is closed: nothing comes any more.</summary>
    internal void SayEnded(uint place)
    {
        RingEntry* entry = Map.RingEntryOf(place);
        if (entry->State == RingEntry.Stopping)
        {
            Volatile.Write(ref entry->State, RingEntry.Ended);
        }
    }

    /// <summary>Has the device let go of a ring that it was told to, or ended? Any thread.</summary>
    internal bool IsQuiet(uint place) =>
        Volatile.Read(ref Map.RingWordsOf(place)->Seen) == Map.RingEntryOf(place)->Number || IsDead; // [DEVICE-QUIET] acquire. Pairs with [DEVICE-QUIET].

    internal void Inject(uint engine, DeviceFault fault, long argument)
    {
        EngineEntry* entry = Map.EngineEntryOf(engine);
        entry->Fault = (uint)fault;
        entry->Argument = argument;
        Volatile.Write(ref entry->FaultNumber, entry->FaultNumber + 1);
        Volatile.Write(ref Map.Host->Changes, Map.Host->Changes + 1);
        WakeEngine(engine);
    }

    /// <summary>Has the engine taken the last fault?</summary>
    internal bool HasHeard(uint engine) => Volatile.Read(ref Map.EngineWordsOf(engine)->FaultDone) == Map.EngineEntryOf(engine)->FaultNumber;

    /// <summary>Processor time of its process; the last that was read, once it has ended.</summary>
    internal TimeSpan ReadProcessorTime()
    {
        if (HasProcess && !IsDead)
        {
            try
            {
                using Process process = Process.GetProcessById(ProcessId);
                _processorTime = process.TotalProcessorTime;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                // It has just ended.
            }
        }

        return _processorTime;
    }

    /// <summary>Asks it to end.</summary>
    internal void AskToEnd()
    {
        Volatile.Write(ref Map.Host->Stop, 1);
        for (uint i = 0; i < Map.Layout.Engines; i++)
        {
            WakeEngine(i);
        }
    }

    /// <summary>How many look at it without holding the GPU's lock: its memory and its descriptor stay for them. Under the lock.</summary>
    internal int Visitors { get; set; }

    /// <summary>Has it been freed?</summary>
    internal bool IsGone { get; private set; }

    /// <summary>Does an engine of the host still use a ring's memory here, or does anybody look?</summary>
    internal bool IsInUse
    {
        get
        {
            if (Visitors != 0)
            {
                return true;
            }

            for (uint place = 0; place < Map.Layout.Rings; place++)
            {
                // [RING-GIVE-UP] acquire: whoever reads 0 for all may unmap. Pairs with [RING-GIVE-UP].
                if (Volatile.Read(ref Map.RingEntryOf(place)->InUse) != 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    internal static void Nap() => Thread.Sleep(NapMilliseconds);

    public void Dispose()
    {
        IsGone = true;
        if (_processFile >= 0)
        {
            _ = SystemCalls.Close(_processFile);
        }

        _child?.Dispose();
        Map.Dispose();
    }

    private void Follow(int process)
    {
        ProcessId = process;
        int file = SystemCalls.OpenProcess(process);
        _dead |= file < 0;
        _processFile = file;
    }

    private void Change(RingEntry* entry, uint state)
    {
        entry->State = state;
        Volatile.Write(ref entry->Number, entry->Number + 1);
        Volatile.Write(ref Map.Host->Changes, Map.Host->Changes + 1);
    }

    private void WakeEngine(uint engine)
    {
        uint* bell = &Map.EngineWordsOf(engine)->Doorbell;
        Interlocked.Exchange(ref *bell, 0);
        SystemCalls.Wake(bell);
    }
}
