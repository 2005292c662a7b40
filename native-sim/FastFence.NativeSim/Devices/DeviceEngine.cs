using FastFence.NativeSim.Jobs;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Devices;

/// <summary>
/// One engine of a device process, a thread: what its schedule asks for, the rings that its host gives and takes, sleep and interrupts. Nothing here allocates
/// but a change of rings.
/// </summary>
internal sealed unsafe partial class DeviceEngine : IJobEngine
{
    private const int BatchLimit = 256;
    private const long SpinNanoseconds = 3_000;
    private const long YieldNanoseconds = 200_000;
    private const long ParkNanoseconds = 50_000_000;

    private readonly DeviceMap _map;
    private readonly DeviceValues _values;
    private readonly uint _index;
    private readonly DeviceStream?[] _byRing;
    private readonly EngineWords* _words;
    private readonly EngineEntry* _entry;
    private readonly JobSchedule _schedule;
    private DeviceStream[] _streams = [];
    private InterruptCoalescer _coalescer;
    private uint _changes;
    private uint _executing;
    private long _idleSince;
    private bool _announced;
    private bool _ended;

    internal DeviceEngine(DeviceMap map, DeviceValues values, uint index)
    {
        _map = map;
        _index = index;
        _values = values;
        _byRing = new DeviceStream?[map.Layout.Rings];
        _words = map.EngineWordsOf(index);
        _entry = map.EngineEntryOf(index);
        _schedule = new JobSchedule(this, (int)map.Habits.JobsAtOnce, BatchLimit);
        _coalescer = new InterruptCoalescer(map.Habits.InterruptJobs, map.Habits.InterruptNanoseconds);
    }

    long IJobEngine.Now => Clock;

    bool IJobEngine.Stands => _hung != null;

    private static long Clock => DeviceClock.Nanoseconds;

    /// <summary>The thread's body.</summary>
    internal void Run()
    {
        FollowChanges();
        while (!_ended && Volatile.Read(ref _map.Host->Stop) == 0)
        {
            if (Volatile.Read(ref _map.Host->Changes) != _changes)
            {
                FollowChanges();
            }

            RaiseDue();
            if (_ended || _schedule.Pass())
            {
                _idleSince = 0;
            }
            else
            {
                Idle();
            }

            SayExecuting();
        }
    }

    long IJobEngine.NanosecondsOf(in RingCommand command) =>
        Math.Max(_hangNext ? 1 : 0, Math.Max(0, command.DurationNanoseconds) + TakeExtraTime());

    bool IJobEngine.HasReached(ulong context, ulong value) => _values.HasReached(context, value);

    void IJobEngine.Begun(JobStream stream)
    {
        if (_hangNext)
        {
            _hangNext = false;
            _hung = (DeviceStream)stream;
        }

        _executing = ((DeviceStream)stream).Ring + 1;
        SayExecuting();
        WriteLate((DeviceStream)stream);
    }

    void IJobEngine.Execute(in RingCommand command)
    {
        if (command.Opcode >= (uint)DeviceOpcode.Copy)
        {
            DeviceData.Execute(command, _map.Data, Clock);
        }
    }

    void IJobEngine.Complete(JobStream stream, int jobs, long now)
    {
        DeviceStream done = (DeviceStream)stream;
        if (!TryBreakWord(done))
        {
            done.Report(now);
        }

        Volatile.Write(ref _words->Jobs, _words->Jobs + (ulong)jobs);
        WriteLate(done);
        if (_coalescer.Add(jobs, now))
        {
            RaiseInterrupt();
        }
    }

    // Rings come and go, faults are asked for. The number is read first: what changes meanwhile is seen at the next look.
    private void FollowChanges()
    {
        _changes = Volatile.Read(ref _map.Host->Changes);
        uint fault = Volatile.Read(ref _entry->FaultNumber);
        if (fault != _words->FaultDone)
        {
            Take((DeviceFault)_entry->Fault, _entry->Argument);
            Volatile.Write(ref _words->FaultDone, fault);
        }

        bool changed = false;
        for (uint ring = 0; ring < _map.Layout.Rings && !_ended; ring++)
        {
            changed |= Follow(ring, _map.RingEntryOf(ring));
        }

        if (changed)
        {
            _streams = [.. _byRing.Where(static s => s is { IsLive: true }).Select(static s => s!)];
            _schedule.Follow(_streams);
        }
    }

    private bool Follow(uint ring, RingEntry* entry)
    {
        uint number = Volatile.Read(ref entry->Number);
        uint state = Volatile.Read(ref entry->State); // as new as its number, or newer
        DeviceStream? stream = _byRing[ring];
        if (entry->Engine != _index || (stream != null && stream.Number == number) || (stream == null && state == RingEntry.Free))
        {
            return false;
        }

        if (stream != null)
        {
            _schedule.Remove(stream);
            TakenAway(stream);
        }

        stream = _byRing[ring] ??= new DeviceStream(_map, _values, ring);
        if (state == RingEntry.Running)
        {
            stream.Start(number, entry);
        }
        else
        {
            stream.End(number); // also one that was gone before it was seen: its host waits for the word
        }

        return true;
    }

    // The ring that hangs, or one whose job is in flight: while there is one, those behind it are innocent.
    private void SayExecuting()
    {
        uint executing = _hung != null ? _hung.Ring + 1 : _schedule.IsBusy ? _executing : 0;
        if (executing != _words->Executing)
        {
            Volatile.Write(ref _words->Executing, executing);
        }
    }

    private void Interrupt()
    {
        Volatile.Write(ref _words->Interrupts, _words->Interrupts + 1);
        uint* word = &_map.Device->Interrupt;
        if (Volatile.Read(ref *word) != 0 && Interlocked.Exchange(ref *word, 0) != 0)
        {
            SystemCalls.Wake(word);
        }
    }

    private void Idle()
    {
        SayExecuting();
        long now = Clock;
        _idleSince = _idleSince == 0 ? now : _idleSince;
        long next = Math.Min(Math.Min(_hung != null ? long.MaxValue : _schedule.Soonest, _coalescer.DueAt), _lateAt != 0 ? _lateAt : long.MaxValue);
        long left = next == long.MaxValue ? long.MaxValue : next - now;
        if (left <= SpinNanoseconds)
        {
            Thread.SpinWait(8);
        }
        else if (left <= YieldNanoseconds || now - _idleSince < YieldNanoseconds)
        {
            Thread.Yield();
        }
        else
        {
            Park(Math.Min(now + ParkNanoseconds, left == long.MaxValue ? long.MaxValue : next - SpinNanoseconds));
        }
    }

    private void Park(long until)
    {
        // Announced, then one more look; emitters publish by a full exchange and look at the sleeper behind it ([DOORBELL-SLEEP]).
        Interlocked.Exchange(ref _words->Doorbell, 1);
        if (_schedule.WaitsForValue != _announced)
        {
            _announced = _schedule.WaitsForValue;
            _values.Announce(_index, _announced);
        }

        if (!HasNews())
        {
            SystemCalls.Sleep(&_words->Doorbell, 1, until);
        }

        Volatile.Write(ref _words->Doorbell, 0);
    }

    private bool HasNews()
    {
        bool work = Volatile.Read(ref _map.Host->Changes) != _changes || Volatile.Read(ref _map.Host->Stop) != 0 || (_hung == null && _schedule.HasValueCome());
        for (int i = 0; i < _streams.Length && !work && _hung == null; i++)
        {
            work = _streams[i] is { IsHolding: false } stream && stream.HasNext && _schedule.HasRoom(stream.Priority);
        }

        return work;
    }
}
