using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;

namespace FastFence.Latency.Latencies;

/// <summary>What a second thread adds.</summary>
internal static class ScalingSubjects
{
    /// <summary>The gate's row of two threads, with the same lives on one thread as further lines: against our own on one thread "ours / it" is 0.5 at best.</summary>
    public static LatencySubject OneAndTwoThreads
    {
        get
        {
            LatencySubject both = LatencySubject.Of(ThroughputRows.All.First());
            return both with
            {
                Peers = [OneThread, .. both.Peers, OneTaskThread],
            };
        }
    }

    private static LoopContender OneThread() => LifeRows.CreateSignalReleaseAs("FastFence, 1 thread");

    private static LoopContender OneTaskThread() => new("TaskCompletionSource.SetResult, 1 thread", ThroughputRows.TaskLives, null, LifeRows.FencesInBatch);
}
