using FastFence.Platform;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pauses;

/// <summary>Emits jobs ahead, each with the time at which it is due, and takes how late they were done and signaled. One thread.</summary>
internal sealed unsafe class DueJobs(FenceRing ring, long periodNanoseconds)
{
    private readonly Queue<(FenceRef Fence, long Due, bool IsEarly)> _jobs = new();
    private long _due;

    /// <summary>From due to done by the device's own clock.</summary>
    internal LatencyRecorder ToDone { get; private set; } = new();

    /// <summary>From due to signaled.</summary>
    internal LatencyRecorder ToSignaled { get; private set; } = new();

    /// <summary>Jobs emitted after they were due.</summary>
    internal long EmittedLate { get; private set; }

    /// <summary>Goes on for that long.</summary>
    internal void Run(long nanoseconds, CancellationToken stop)
    {
        for (long end = MonotonicClock.Nanoseconds + nanoseconds; MonotonicClock.Nanoseconds < end && !stop.IsCancellationRequested;)
        {
            Reap();
            while (TryEmit())
            {
            }

            Nap.For(1_000_000);
        }
    }

    /// <summary>Figures from now on.</summary>
    internal void Forget()
    {
        ToDone = new LatencyRecorder();
        ToSignaled = new LatencyRecorder();
        EmittedLate = 0;
    }

    /// <summary>Waits for all that was emitted; how many have not ended.</summary>
    internal long End(TimeSpan limit)
    {
        for (long end = MonotonicClock.After(limit); _jobs.Count != 0 && MonotonicClock.Nanoseconds < end;)
        {
            Reap();
            Nap.For(1_000_000);
        }

        return _jobs.Count;
    }

    private bool TryEmit()
    {
        // Not the whole ring: a completion's time stands until its place is used again, and is read before that.
        if (ring.Outstanding >= ring.Block->Capacity / 2 || _jobs.Count >= ring.Block->Capacity / 2)
        {
            return false;
        }

        long now = MonotonicClock.Nanoseconds;
        long due = _due < now ? now + periodNanoseconds : _due;
        if (ring.Emit(new RingCommand { NotBeforeNanoseconds = due }, out FenceRef fence) != EmitResult.Emitted)
        {
            return false;
        }

        _jobs.Enqueue((fence, due, MonotonicClock.Nanoseconds < due));
        _due = due + periodNanoseconds;
        return true;
    }

    private void Reap()
    {
        while (_jobs.TryPeek(out (FenceRef Fence, long Due, bool IsEarly) job) && job.Fence.Fence.IsSignaled)
        {
            Fence fence = job.Fence.Fence;
            if (job.IsEarly)
            {
                long done = Volatile.Read(ref ring.Block->CompletionTimes[fence.Seqno & (ring.Block->Capacity - 1)]);
                ToDone.Record(Math.Max(0, done - job.Due));
                ToSignaled.Record(Math.Max(0, fence.TimestampNanoseconds - job.Due));
            }
            else
            {
                EmittedLate++;
            }

            job.Fence.Dispose();
            _jobs.Dequeue();
        }
    }
}
