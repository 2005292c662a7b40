using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Devices;

/// <summary>
/// One engine of a device process, a thread: one job at a time, in order within a ring, round robin between rings; jobs without duration in
/// batches with one write of the word. Nothing here allocates but a change of rings.
/// </summary>
internal sealed unsafe partial class DeviceEngine(DeviceMap map, uint index)
{
    private const int BatchLimit = 256;
    private const long SpinNanoseconds = 3_000;
    private const long YieldNanoseconds = 200_000;
    private const long ParkNanoseconds = 50_000_000;

    private readonly DeviceStream?[] _byRing = new DeviceStream?[map.Layout.Rings];
    private readonly EngineWords* _words = map.EngineWordsOf(index);
    private readonly EngineEntry* _entry = map.EngineEntryOf(index);
    private DeviceStream[] _streams = [];
    private DeviceStream? _running;
    private RingCommand _command;
    private uint _changes;
    private uint _turn;
    private long _endsAt;
    private long _idleSince;
    private bool _ended;

    /// <summary>The thread's body.</summary>
    internal void Run()
    {
        FollowChanges();
        while (!_ended && Volatile.Read(ref map.Host->Stop) == 0)
        {
            if (Volatile.Read(ref map.Host->Changes) != _changes)
            {
                FollowChanges();
            }

            RaiseLate();
            if (_ended || Pass())
            {
                _idleSince = 0;
            }
            else
            {
                Idle();
            }
        }
    }

    // Rings come and go, faults are asked for. The number is read first: what changes meanwhile is seen at the next look.
    private void FollowChanges()
    {
        _changes = Volatile.Read(ref map.Host->Changes);
        uint fault = Volatile.Read(ref _entry->FaultNumber);
        if (fault != _words->FaultDone)
        {
            Take((DeviceFault)_entry->Fault, _entry->Argument);
            Volatile.Write(ref _words->FaultDone, fault);
        }

        bool changed = false;
        for (uint ring = 0; ring < map.Layout.Rings && !_ended; ring++)
        {
            changed |= Follow(ring, map.RingEntryOf(ring));
        }

        if (changed)
        {
            _streams = [.. _byRing.Where(static s => s is { IsActive: true }).Select(static s => s!)];
        }
    }

    private bool Follow(uint ring, RingEntry* entry)
    {
        uint number = Volatile.Read(ref entry->Number);
        uint state = Volatile.Read(ref entry->State); // as new as its number, or newer
        DeviceStream? stream = _byRing[ring];
        if (entry->Engine != index || (stream != null && stream.Number == number) || (stream == null && state != RingEntry.Running))
        {
            return false;
        }

        if (state == RingEntry.Running)
        {
            stream = _byRing[ring] ??= new DeviceStream(map, ring);
            stream.Start(number, entry->Start);
            return true;
        }

        if (_running == stream)
        {
            StopRunning();
            TakenAway(stream!);
        }

        stream!.End(number);
        return true;
    }

    private bool Pass()
    {
        if (_running != null)
        {
            return RunOn();
        }

        DeviceStream[] streams = _streams;
        bool worked = false;
        for (uint i = 0; i < (uint)streams.Length && _running == null && !_hangs; i++)
        {
            worked |= Serve(streams[(_turn + i) % (uint)streams.Length]);
        }

        _turn++;
        return worked;
    }

    private bool RunOn()
    {
        if (_hangs || Clock < _endsAt)
        {
            return false;
        }

        DeviceStream done = _running!;
        Execute(_command);
        done.Finish();
        StopRunning();
        Complete(done, 1);
        return true;
    }

    private void StopRunning()
    {
        _running = null;
        Volatile.Write(ref _words->EndsAt, 0);
        Volatile.Write(ref _words->Executing, 0);
    }

    private bool Serve(DeviceStream stream)
    {
        int finished = 0;
        while (finished < BatchLimit && stream.TryNext(out RingCommand command))
        {
            long duration = Math.Max(0, command.DurationNanoseconds) + TakeExtraTime();
            long wait = command.NotBeforeNanoseconds == 0 ? 0 : Math.Max(0, command.NotBeforeNanoseconds - Clock);
            if (duration != 0 || wait != 0 || _hangNext)
            {
                Begin(stream, command, duration + wait);
                break;
            }

            Execute(command);
            stream.Finish();
            finished++;
        }

        if (finished != 0)
        {
            Complete(stream, finished);
        }

        return finished != 0 || _running != null;
    }

    private void Begin(DeviceStream stream, in RingCommand command, long nanoseconds)
    {
        _running = stream;
        _command = command;
        _endsAt = Clock + nanoseconds;
        _hangs |= _hangNext;
        _hangNext = false;
        Volatile.Write(ref _words->Executing, stream.Ring + 1);
        Volatile.Write(ref _words->EndsAt, _hangs ? 0 : _endsAt);
    }

    // Offsets and lengths come from the host, which can be wrong as well: what does not fit is not done.
    private void Execute(in RingCommand command)
    {
        Span<byte> data = map.Data;
        ulong bytes = (DeviceOpcode)command.Opcode == DeviceOpcode.Copy ? command.Argument2 : sizeof(ulong);
        if (command.Opcode < (uint)DeviceOpcode.Copy || bytes > (ulong)data.Length || command.Argument1 > (ulong)data.Length - bytes)
        {
            return;
        }

        Span<byte> target = data.Slice((int)command.Argument1, (int)bytes);
        switch ((DeviceOpcode)command.Opcode)
        {
            case DeviceOpcode.Copy when command.Argument0 <= (ulong)data.Length - bytes:
                data.Slice((int)command.Argument0, (int)bytes).CopyTo(target);
                break;
            case DeviceOpcode.Write:
                BitConverter.TryWriteBytes(target, command.Argument0);
                break;
            case DeviceOpcode.Timestamp:
                BitConverter.TryWriteBytes(target, Clock);
                break;
        }
    }

    private void Complete(DeviceStream stream, int jobs)
    {
        if (!TryBreakWord(stream))
        {
            stream.Report(Clock);
        }

        Volatile.Write(ref _words->Jobs, _words->Jobs + (ulong)jobs);
        RaiseInterrupt();
    }

    private void Interrupt()
    {
        uint* word = &map.Device->Interrupt;
        if (Volatile.Read(ref *word) != 0 && Interlocked.Exchange(ref *word, 0) != 0)
        {
            SystemCalls.Wake(word);
        }
    }

    private static long Clock => DeviceClock.Nanoseconds;

    private void Idle()
    {
        long now = Clock;
        _idleSince = _idleSince == 0 ? now : _idleSince;
        long left = Math.Min(_running != null && !_hangs ? _endsAt - now : long.MaxValue, _lateAt != 0 ? _lateAt - now : long.MaxValue);
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
            Park(Math.Min(now + ParkNanoseconds, left == long.MaxValue ? long.MaxValue : now + left - SpinNanoseconds));
        }
    }

    private void Park(long until)
    {
        // Announced, then one more look; emitters publish by a full exchange and look at the sleeper behind it ([DOORBELL-SLEEP]).
        Interlocked.Exchange(ref _words->Doorbell, 1);
        bool work = Volatile.Read(ref map.Host->Changes) != _changes || Volatile.Read(ref map.Host->Stop) != 0;
        for (int i = 0; i < _streams.Length && !work && _running == null && !_hangs; i++)
        {
            work = _streams[i].HasWork;
        }

        if (!work)
        {
            SystemCalls.Sleep(&_words->Doorbell, 1, until);
        }

        Volatile.Write(ref _words->Doorbell, 0);
    }
}
