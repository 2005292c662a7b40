namespace FastFence.Model.Reports;

/// <summary>Tags that have no case, and why not.</summary>
internal static class Uncovered
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["POLLER-STEP"] = "stands between the host's NativePollerThread and the library's thread; the model compiles neither",
        ["POLLER-TERM"] = "stands in FencePoller, which the model does not compile; its exchange is replayed by TakenOver",
    };
}
