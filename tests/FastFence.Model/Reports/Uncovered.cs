namespace FastFence.Model.Reports;

/// <summary>What the table owes: tags without a case, and tags of a case without a twin that is caught.</summary>
internal static class Uncovered
{
    /// <summary>Tags of which no twin is caught; their twins say why, and here it is said why no other one is to be had.</summary>
    public static IReadOnlyDictionary<string, string> Argued { get; } = new Dictionary<string, string>
    {
        ["VALUE-REQUEST"] = "a fence alone, of which nothing but its ordering can be taken away; what it orders is ordered by others, too",
    };

    /// <summary>Tags that have no case, and why not.</summary>
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["EXECUTOR-POST"] = "stands in CallbackWork, whose executor is the user's and whose threads the model does not schedule",
        ["NAME-GONE"] = "stands between this process and a tool's that has the recorder's memory mapped; the model's world is one process",
        ["TAP-FLOOR"] = "the other side of NAME-GONE",
        ["INTERRUPT-ARM"] = "its partner is in another process, which the process-wide barrier does not reach; the model's barrier reaches all of its threads, so no twin could be caught",
        ["POLLER-STEP"] = "stands between the host's NativePollerThread and the library's thread; the model compiles neither",
        ["POLLER-TERM"] = "stands in FencePoller, which the model does not compile; its exchange is replayed by TakenOver",
        ["RING-GIVE-UP"] = "its reader unmaps memory; the model's memory is never unmapped",
        ["RING-RESUME"] = "stands in RingRecovery, which the model does not compile",
    };
}
