using FastFence.Platform;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pauses;

/// <summary>How long after its word an awaiter of the host goes on.</summary>
internal sealed class AwaitTimes(SharedWords shared)
{
    private readonly Lock _lock = new();
    private readonly LatencyRecorder _recorder = new();
    private int _pending;

    internal bool IsMeasuring { get; set; }

    /// <summary>Awaiters that have not gone on yet: they read the shared times when they do, so those must stay.</summary>
    internal int Pending => Volatile.Read(ref _pending);

    /// <summary>Awaits the fence, records, drops it.</summary>
    internal async Task AwaitAsync(FenceRef fence)
    {
        Interlocked.Increment(ref _pending);
        ulong position = fence.Fence.Seqno;
        FenceStatus status = await fence.Fence;
        long late = MonotonicClock.Nanoseconds - shared.TimeOf(position);
        fence.Dispose();
        if (IsMeasuring && status == FenceStatus.Signaled && late >= 0)
        {
            lock (_lock)
            {
                _recorder.Record(late);
            }
        }

        Interlocked.Decrement(ref _pending);
    }

    internal LatencySummary Summarize()
    {
        lock (_lock)
        {
            return _recorder.Summarize();
        }
    }
}
