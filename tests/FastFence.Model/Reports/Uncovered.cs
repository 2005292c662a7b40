namespace FastFence.Model.Reports;

/// <summary>Tags that have no case, and why not.</summary>
internal static class Uncovered
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["AWAIT-END"] = "its continuation goes to the thread pool, which the model does not schedule",
        ["RING-SET"] = "stands in FencePoller, a managed object of the root that the model does not compile",
        ["RING-SET-READ"] = "its partner is RING-SET",
    };
}
