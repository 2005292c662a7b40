using FastFence.Bench.Gates;

namespace FastFence.Bench.Rows;

/// <summary>What the measures ask for and nothing here can show yet. Listed, so that nobody takes silence for a pass.</summary>
internal static class AbsentRows
{
    private const string NotYet = "the engine cannot do this yet";
    private const string LaterHarness = "later issue: the suite and its growth curves";

    public static IEnumerable<GateRow> All =>
    [
        Row("callbacks on one shared fence, 2 threads", LaterHarness),
        Row("add callback while another thread signals", LaterHarness),
        Row("both cores reading: slowdown", LaterHarness),
        Row("defer + reclaim, reader follows the writer", LaterHarness),
        Row("signal → awaiting observer through the native poller", NotYet),
        Row("word written elsewhere → signaled, NativeAOT poller", NotYet),
        Row("against the kernel's own fence, and crossbeam", "not in the repository: no third-party source is"),
        Row("growth: rings, fences, callbacks, readers", "measured by FastFence.Latency -- growth"),
    ];

    private static GateRow Row(string operation, string why) => new() { Operation = operation, Absent = why };
}
