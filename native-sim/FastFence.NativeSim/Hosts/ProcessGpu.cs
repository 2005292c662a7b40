using FastFence.NativeSim.Hosts;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim;

/// <summary>
/// A GPU in a process of its own, behind shared memory as a real one is behind its bus: a collection of the host does not stop it, its death does not
/// end the host. When its process has ended, or had to be ended, another takes its place and its rings go on. Any thread. Linux only.
/// </summary>
/// <remarks>
/// Dispose the <see cref="FenceEngine"/> first. Fences outstanding at the device's own death end with −EIO; at a reset those of the ring that
/// hung end with −ETIME, and the jobs of others are run again if the whole process had to be ended.
/// </remarks>
public sealed partial class ProcessGpu : FenceDevice, IDisposable
{
    private const int KillMilliseconds = 10_000;
    private const long InjectNanoseconds = 2_000_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<FenceRing, RingSeat> _seats = [];
    private readonly ProcessGpuOptions _options;

    /// <summary>Makes a GPU; <see cref="Start"/> starts its process.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux on x64 or arm64.</exception>
    public ProcessGpu(ProcessGpuOptions? options = null)
    {
        _options = options ?? new ProcessGpuOptions();
        _options.Validate();
        if (!SystemCalls.IsSupported)
        {
            throw new PlatformNotSupportedException("A device in a process of its own needs Linux on x64 or arm64; SimulatedGpu runs everywhere.");
        }
    }

    /// <summary>The options it was made with.</summary>
    public ProcessGpuOptions Options => _options;

    /// <summary>Its process, 0 while there is none.</summary>
    public int ProcessId
    {
        get
        {
            lock (_gate)
            {
                return _life is { IsDead: false } life ? life.ProcessId : 0;
            }
        }
    }

    /// <summary>How many devices there were, the present one included.</summary>
    public long Lives => Volatile.Read(ref _lives);

    /// <summary>Processor time of the devices so far; of one that has ended, what was read last.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            lock (_gate)
            {
                return _formerTime + (_life?.ReadProcessorTime() ?? TimeSpan.Zero);
            }
        }
    }

    /// <summary>Makes a ring that the device consumes.</summary>
    /// <param name="exporter">Whose.</param>
    /// <param name="name">At most 240 UTF-8 bytes.</param>
    /// <param name="engine">Which engine of the device, from 0.</param>
    /// <param name="options">Null for the defaults. Capacity, addresses and device are the GPU's.</param>
    /// <param name="priority">The higher, the more urgent: its jobs go first, and set longer ones of less urgent rings aside.</param>
    /// <exception cref="InvalidOperationException">Every place is taken, or the device is lost, or not started.</exception>
    public FenceRing CreateRing(Exporter exporter, string name, int engine = 0, RingOptions? options = null, int priority = 0)
    {
        ArgumentNullException.ThrowIfNull(exporter);
        ArgumentOutOfRangeException.ThrowIfNegative(engine);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(engine, _options.Engines);
        options ??= new RingOptions();
        RingSeat seat;
        lock (_gate)
        {
            DeviceLife life = TryLive() ?? throw new InvalidOperationException("The device is lost, or was not started: call Start.");
            if (!life.TryTake(out uint place))
            {
                throw new InvalidOperationException($"All {_options.Rings} places for rings are taken; those of closed rings come back when their fences are reclaimed.");
            }

            seat = new RingSeat(null, life, place, (uint)engine, priority) { Position = options.StartSeqno };
        }

        FenceRing ring;
        try
        {
            ring = exporter.CreateRing(name, options with
            {
                Capacity = _options.Capacity,
                CompletionBits = 64,
                Addresses = seat.Life.AddressesOf(seat.Place, seat.Engine),
                Device = this,
            });
        }
        catch
        {
            seat.Life.GiveBack(seat.Place);
            throw;
        }

        Seat(ring, seat);
        return ring;
    }

    /// <summary>Makes the device do wrong, once. Comes back when the engine knows, or after two seconds: it may be stopped.</summary>
    /// <param name="engine">Which engine.</param>
    /// <param name="fault">What.</param>
    /// <param name="argument">How long, where the fault has a time.</param>
    public void Inject(int engine, DeviceFault fault, TimeSpan argument = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(engine);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(engine, _options.Engines);
        DeviceLife? life;
        lock (_gate)
        {
            life = _life;
            life?.Inject((uint)engine, fault, (long)argument.TotalNanoseconds);
        }

        long limit = DeviceClock.Nanoseconds + InjectNanoseconds;
        while (life != null && IsAhead(life, (uint)engine) && DeviceClock.Nanoseconds < limit)
        {
            Thread.Yield();
        }
    }

    // Has the engine a fault to hear of? Under the lock: the life stays.
    private bool IsAhead(DeviceLife life, uint engine)
    {
        lock (_gate)
        {
            return _life == life && !life.IsDead && !life.HasHeard(engine);
        }
    }

    /// <summary>Kills the device's process, as a fault, and waits for its end; false when it has none.</summary>
    public bool Kill()
    {
        if (Visit() is not { } life)
        {
            return false;
        }

        try
        {
            return life.Signal(SystemCalls.Kill) && life.WaitForEnd(KillMilliseconds);
        }
        finally
        {
            Leave(life);
        }
    }

    /// <summary>Stops the device's process (SIGSTOP); false when it has none.</summary>
    public bool Suspend() => Signal(SystemCalls.Stop);

    /// <summary>Lets it go on (SIGCONT); false when it has none.</summary>
    public bool Continue() => Signal(SystemCalls.Continue);

    /// <inheritdoc/>
    public override bool CheckHealth()
    {
        lock (_gate)
        {
            return !_lost;
        }
    }

    /// <summary>
    /// Tells the device to let go of the rings that do not run, and waits until it has said so or has ended. One that does not within
    /// <see cref="ProcessGpuOptions.QuietLimit"/> is ended: that is quiet for certain.
    /// </summary>
    /// <param name="timeout">How long it may take.</param>
    public override bool Quiesce(TimeSpan timeout)
    {
        List<RingSeat> asked = [];
        lock (_gate)
        {
            foreach (RingSeat seat in _seats.Values)
            {
                if (!seat.Ring!.IsRunning)
                {
                    seat.Life.Stop(seat.Place);
                    seat.Life.Visitors++; // another thread may close its ring meanwhile, the last of a former life
                    asked.Add(seat);
                }
            }
        }

        try
        {
            return WaitUntilQuiet(asked, timeout);
        }
        finally
        {
            asked.ForEach(s => Leave(s.Life));
        }
    }

    private bool WaitUntilQuiet(List<RingSeat> asked, TimeSpan timeout)
    {
        long limit = DeviceClock.Nanoseconds + (long)Math.Min(timeout.TotalNanoseconds, _options.QuietLimit.TotalNanoseconds);
        while (!asked.TrueForAll(static s => s.Life.IsQuiet(s.Place)))
        {
            if (DeviceClock.Nanoseconds < limit)
            {
                DeviceLife.Nap();
                continue;
            }

            // A killed process is gone in a moment; on a loaded machine that can be a long one.
            return asked.TrueForAll(static s => s.Life.IsQuiet(s.Place) || s.Life.End(KillMilliseconds));
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryGiveMemory(FenceRing ring, ulong position, out RingAddresses addresses)
    {
        addresses = default;
        lock (_gate)
        {
            if (!_seats.TryGetValue(ring, out RingSeat? former))
            {
                return false;
            }

            former.Life.Burn(former.Place);
            DeviceLife? life = TryLive();
            if (life == null || !life.TryTake(out uint place))
            {
                life = life == null ? null : Replace(life);
                if (life == null || !life.TryTake(out place))
                {
                    return false;
                }
            }

            RingSeat seat = new(ring, life, place, former.Engine, former.Priority) { Position = position };
            _seats[ring] = seat;
            addresses = life.AddressesOf(place, seat.Engine);
            return true;
        }
    }

    /// <inheritdoc/>
    public override void OnMoved(FenceRing ring)
    {
        lock (_gate)
        {
            if (_seats.TryGetValue(ring, out RingSeat? seat))
            {
                seat.Life.Attach(seat);
            }
        }
    }

    private void Seat(FenceRing ring, RingSeat seat)
    {
        lock (_gate)
        {
            seat.Ring = ring;
            _seats[ring] = seat;
            if (!seat.Life.IsDead)
            {
                seat.Life.Attach(seat);
            }
        }
    }

    private bool Signal(int signal)
    {
        lock (_gate)
        {
            return _life?.Signal(signal) ?? false;
        }
    }
}
