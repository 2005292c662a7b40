using FastFence.Tool.Cli;

namespace FastFence.Tool.Demos;

/// <summary>What the loops count while they run. Any thread; allocates nothing.</summary>
internal sealed class AwaitTally(AwaitDemoOptions options) : IDisposable
{
    [ThreadStatic]
    private static AwaitTally? t_resumedFor;

    private readonly AutoResetEvent _allArrived = new(false);
    private long _arrived;
    private long _suspended;
    private long _resumed;
    private long _wrongStatus;
    private long _early;
    private long _refused;
    private int _threads;
    private volatile bool _stopped;

    /// <summary>Awaits begun.</summary>
    internal long Arrived => Interlocked.Read(ref _arrived);

    /// <summary>Awaits that suspended their method: the fence was pending.</summary>
    internal long Suspended => Interlocked.Read(ref _suspended);

    /// <summary>Awaits that ended.</summary>
    internal long Resumed => Interlocked.Read(ref _resumed);

    /// <summary>Awaits that ended with another status than signaled.</summary>
    internal long WrongStatus => Interlocked.Read(ref _wrongStatus);

    /// <summary>Awaits that ended while the fence was pending (C14).</summary>
    internal long Early => Interlocked.Read(ref _early);

    /// <summary>Jobs that a ring refused.</summary>
    internal long Refused => Interlocked.Read(ref _refused);

    /// <summary>The loops are to end.</summary>
    internal bool IsStopped => _stopped;

    /// <summary>Threads on which a suspended method went on.</summary>
    internal int Threads => Volatile.Read(ref _threads);

    /// <summary>An await begins. The last one of a round wakes the demo's thread.</summary>
    internal void Arrive(bool suspended)
    {
        if (suspended)
        {
            Interlocked.Increment(ref _suspended);
        }

        if (Interlocked.Increment(ref _arrived) % options.Awaits == 0)
        {
            _allArrived.Set();
        }
    }

    /// <summary>An await has ended.</summary>
    internal void Resume(Fence fence, FenceStatus status)
    {
        if (status != FenceStatus.Signaled)
        {
            Interlocked.Increment(ref _wrongStatus);
        }

        if (!fence.IsSignaled)
        {
            Interlocked.Increment(ref _early);
        }

        if (t_resumedFor != this)
        {
            t_resumedFor = this;
            Interlocked.Increment(ref _threads);
        }

        Interlocked.Increment(ref _resumed);
    }

    /// <summary>A ring refused a job.</summary>
    internal void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>Ends the loops, each after the await that it is in.</summary>
    internal void Stop() => _stopped = true;

    /// <summary>Waits until so many awaits have begun; false when the time is over or a stop is asked for.</summary>
    internal bool WaitForArrivals(long count, CancellationToken stop)
    {
        long end = Environment.TickCount64 + (long)(1000 * options.Limit);
        while (Arrived < count)
        {
            // In slices: a stop has no handle of its own here that would not allocate.
            if (stop.IsCancellationRequested || Refused != 0 || Environment.TickCount64 >= end)
            {
                return false;
            }

            _allArrived.WaitOne(20);
        }

        return true;
    }

    public void Dispose() => _allArrived.Dispose();
}
