using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;

namespace FastFence.Latency.Latencies;

/// <summary>Reclaiming while nobody reads: what the other rows of the group cost without a reader.</summary>
internal static class ReclamationSubjects
{
    public static LatencySubject Alone => new()
    {
        Operation = "create + release, nobody reads",
        Threads = 1,
        IsThroughput = true,
        Unit = PhysicalUnit.LockedRmw,
        Ours = LifeRows.CreateReleaseAlone,
        Peers =
        [
            .. PeersInC.Of("liburcu memb, malloc + call_rcu", "urcu_memb_call", SwapRows.CallsInBatch),
            .. PeersInC.Of("liburcu memb, malloc + defer_rcu", "urcu_memb_defer", LifeRows.FencesInBatch),
            .. PeersInC.Of("liburcu qsbr, malloc + defer_rcu", "urcu_qsbr_defer", LifeRows.FencesInBatch),
        ],
    };
}
