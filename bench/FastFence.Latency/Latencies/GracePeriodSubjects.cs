using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;

namespace FastFence.Latency.Latencies;

/// <summary>Whole grace periods, each timed by itself, while another thread reads.</summary>
internal static class GracePeriodSubjects
{
    public static IReadOnlyList<LatencySubject> All =>
    [
        new()
        {
            Operation = "beside an online reader",
            Unit = PhysicalUnit.HandOver,
            Ours = static () => new TimedBeside("FastFence", GracePeriod.Synchronize, GracePeriodRows.ReadOnline),
            Peers = [.. InC("liburcu qsbr, synchronize_rcu", "urcu_qsbr")],
        },
        new()
        {
            Operation = "beside a casual reader",
            Unit = PhysicalUnit.ProcessBarrier,
            Ours = static () => new TimedBeside("FastFence", GracePeriod.Synchronize, GracePeriodRows.ReadCasually),
            Peers = [.. InC("liburcu memb, synchronize_rcu", "urcu_memb"), .. InC("ck_epoch_synchronize", "ck_epoch")],
        },
    ];

    private static IReadOnlyList<Func<Contender>> InC(string name, string prefix) =>
        PeersInC.LoopOf($"{prefix}_grace_periods") is { } loop && TwoThreadPeersInC.ReaderOf(prefix) is { } reader
            ? [() => new TimedBeside(name, () => loop(1), reader)]
            : [];
}
