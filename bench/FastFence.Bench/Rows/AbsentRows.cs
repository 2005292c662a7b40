using FastFence.Bench.Gates;

namespace FastFence.Bench.Rows;

/// <summary>What the measures ask for and nothing here can show yet. Listed, so that nobody takes silence for a pass.</summary>
internal static class AbsentRows
{
    public static IEnumerable<GateRow> All =>
    [
        Row("against the kernel's own fence, and crossbeam", "not in the repository: no third-party source is"),
        Row("growth: rings, fences, callbacks, readers", "measured by FastFence.Latency -- growth"),
    ];

    private static GateRow Row(string operation, string why) => new() { Operation = operation, Absent = why };
}
