namespace FastFence.Model.Reports;

/// <summary>Tags that have no case, and why not.</summary>
internal static class Uncovered
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
    };
}
