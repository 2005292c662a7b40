using FastFence.Bench.Gates;
using FastFence.Bench.Rows;

namespace FastFence.Latency.Latencies;

/// <summary>All that two threads do, in groups: the gate's rows, and what only single times or only this table can show.</summary>
internal static class LatencyGroups
{
    /// <summary>The groups, in the order of the table.</summary>
    public static IReadOnlyList<LatencyGroup> All { get; } =
    [
        new("hand-over", Of(HandOverRows.All, "spinning waiter")),
        new("wake", Of(HandOverRows.All, "sleeping waiter")),
        new("awaiting", [.. Of(HandOverRows.All, "awaiting observer"), .. Of(NativePollerRows.All, "awaiting observer")]),
        new("callbacks", Of(CallbackRows.All)),
        new("scaling", [ScalingSubjects.OneAndTwoThreads, .. Of(SlowdownRows.All)]),
        new("contention", [.. Of(SharedFenceRows.All), .. SharedReferenceSubjects.All]),
        new("grace period", GracePeriodSubjects.All),
        new("reclamation", [.. Of(ThroughputRows.All, "defer + reclaim"), .. Of(SwapRows.All)]),
        new("end to end", [.. RoundTripSubjects.All, .. Of(PipelineRows.All)]),
    ];

    /// <summary>The groups whose name contains this, whole, and of the others the rows whose operation does; all for null.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IReadOnlyList<LatencyGroup> Named(string? only)
    {
        bool Fits(string name) => only == null || name.Contains(only, StringComparison.OrdinalIgnoreCase);
        LatencyGroup[] found =
        [
            .. All.Select(g => Fits(g.Name) ? g : g with { Subjects = [.. g.Subjects.Where(s => Fits(s.Operation))] }).Where(static g => g.Subjects.Count != 0),
        ];
        return found.Length != 0 ? found
            : throw new ArgumentException($"--only: neither a group nor an operation has '{only}' in its name. Groups: {string.Join(", ", All.Select(static g => g.Name))}.");
    }

    private static LatencySubject[] Of(IEnumerable<GateRow> rows, string part = "") =>
        [.. rows.Where(r => r.InRounds == null && r.Operation.Contains(part, StringComparison.Ordinal)).Select(LatencySubject.Of)];
}
