namespace FastFence.Tool.Scenarios;

/// <summary>Counts broken promises by kind, and keeps the first detail of each.</summary>
internal sealed class ScenarioTally(string? broken)
{
    private readonly Lock _lock = new();

    /// <summary>Kinds that <c>--break</c> can provoke.</summary>
    internal static IReadOnlyList<string> Kinds { get; } =
    [
        "lost", "twice", "wrong-end", "wrong-bytes", "too-late", "left-over", "out-of-order", "unnoticed", "not-given-up", "device-left", "starved",
    ];

    internal SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    internal SortedDictionary<string, string> Details { get; } = new(StringComparer.Ordinal);

    /// <summary>Is the detector of this kind to be proven live?</summary>
    internal bool Breaks(string kind) => broken == kind;

    internal void Count(string kind, long count, string? detail = null)
    {
        if (count != 0)
        {
            lock (_lock)
            {
                Counts[kind] = Counts.GetValueOrDefault(kind) + count;
                Details.TryAdd(kind, detail ?? string.Empty);
            }
        }
    }
}
