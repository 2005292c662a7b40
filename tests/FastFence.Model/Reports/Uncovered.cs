namespace FastFence.Model.Reports;

/// <summary>Tags that have no case, and why not.</summary>
internal static class Uncovered
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["EXECUTOR-POST"] = "stands in CallbackWork, whose executor is the user's and whose threads the model does not schedule",
        ["POLLER-STEP"] = "stands between the host's NativePollerThread and the library's thread; the model compiles neither",
        ["POLLER-TERM"] = "stands in FencePoller, which the model does not compile; its exchange is replayed by TakenOver",
    };
}
