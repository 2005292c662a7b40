// One pass of an engine on its thread: the job in flight, then each ring in turn. It never blocks, so that hang, stop, loss and
// the taking away of a ring are all noticed at the next pass. Nothing here allocates.
namespace FastFence.NativeSim;

public sealed partial class SimulatedEngine
{
    private SimulatedStream? _running;
    private long _endsAt;

    private void Pass()
    {
        SimulatedStream[] streams = _streams;
        long soonest = long.MaxValue;
        bool worked = false;
        bool stands = _hang || _gpu.IsLost;
        if (_running != null)
        {
            worked = RunOn(stands, ref soonest);
        }

        for (uint i = 0; i < (uint)streams.Length && _running == null && !stands; i++)
        {
            worked |= Serve(streams[(_turn + i) % (uint)streams.Length], ref soonest);
        }

        _turn++;
        if (worked)
        {
            _idleSince = 0;
        }
        else
        {
            Idle(streams, soonest, stands);
        }
    }

    // The job in flight: ends it, or says when it will end.
    private bool RunOn(bool stands, ref long soonest)
    {
        if (!_running!.IsLive)
        {
            _running.Drop();
            _running = null;
            return true;
        }

        if (stands || DeviceClock.Nanoseconds < _endsAt)
        {
            soonest = stands ? long.MaxValue : _endsAt;
            return false;
        }

        _running.Finish();
        Complete(_running, DeviceClock.Nanoseconds, 1);
        _freeAt = _endsAt;
        _running = null;
        return true;
    }

    // Jobs without duration are completed together, up to a bound, with one write; one with a duration is put in flight.
    private bool Serve(SimulatedStream stream, ref long soonest)
    {
        if (!stream.IsLive)
        {
            return false;
        }

        int finished = 0;
        long now = 0;
        while (finished < _gpu.Options.BatchLimit && stream.TryNext(out RingCommand command))
        {
            if (command.NotBeforeNanoseconds != 0)
            {
                now = now != 0 ? now : DeviceClock.Nanoseconds;
                if (command.NotBeforeNanoseconds > now)
                {
                    soonest = Math.Min(soonest, command.NotBeforeNanoseconds);
                    stream.IsWaiting = true;
                    break;
                }
            }

            long duration = _jobTime.NanosecondsOf(command, _number++);
            if (duration != 0)
            {
                // Started when it could be, not when we noticed: lateness of this thread does not add up over a queue of jobs.
                now = now != 0 ? now : DeviceClock.Nanoseconds;
                bool queued = _idleSince == 0 || stream.IsWaiting;
                _endsAt = (queued ? Math.Min(now, Math.Max(_freeAt, command.NotBeforeNanoseconds)) : now) + duration;
                _running = stream;
                break;
            }

            stream.Finish();
            finished++;
        }

        if (finished != 0)
        {
            Complete(stream, DeviceClock.Nanoseconds, finished);
            _freeAt = Math.Max(_freeAt, now);
        }

        return finished != 0 || _running != null;
    }

    private void Complete(SimulatedStream stream, long now, int jobs)
    {
        if (stream.TryComplete(now))
        {
            Volatile.Write(ref _jobs, _jobs + jobs);
        }
    }
}
