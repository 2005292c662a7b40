namespace FastFence.Model.Reports;

/// <summary>Tags that have no case, and why not.</summary>
internal static class Uncovered
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["UNLOAD-CLOSE"] = "stands in Teardown, which the model does not compile; its accesses are replayed by SleepersAgainstUnload",
    };
}
