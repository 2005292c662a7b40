namespace FastFence.Torture.Litmuses;

/// <summary>One part of a litmus.</summary>
/// <param name="Rounds">Rounds both sides ended.</param>
/// <param name="Missed">Rounds in which both sides missed each other: what the order forbids.</param>
internal readonly record struct PartResult(long Rounds, long Missed);

/// <summary>One litmus.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Orderings">The ordering tags it stands for.</param>
/// <param name="Verdict">What it says.</param>
/// <param name="Reason">Why.</param>
/// <param name="Control">No ordering at all: the detector is live if it misses.</param>
/// <param name="Twin">The engine's protocol without its barrier: must be caught.</param>
/// <param name="Engine">The engine's own code: must never miss.</param>
internal sealed record LitmusResult(
    string Name, string Orderings, Verdict Verdict, string Reason, PartResult Control, PartResult Twin, PartResult Engine);

/// <summary>The results of <c>litmus</c>.</summary>
internal sealed record LitmusReport
{
    public Verdict Verdict { get; init; }

    /// <summary>Why there are no results, where there are none.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<int> Cores { get; init; } = [];

    public IReadOnlyList<LitmusResult> Results { get; init; } = [];

    /// <summary>0 pass, 1 violation, 2 inconclusive, 3 unsupported.</summary>
    public int ExitCode => (int)Verdict;
}
