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
        },
        new()
        {
            Operation = "beside a casual reader",
            Unit = PhysicalUnit.ProcessBarrier,
            Ours = static () => new TimedBeside("FastFence", GracePeriod.Synchronize, GracePeriodRows.ReadCasually),
        },
    ];
}
