namespace FastFence.Latency.Latencies;

/// <summary>A measured row: ours first, then its peers, then what the machine itself takes.</summary>
/// <param name="Group">The group.</param>
/// <param name="Operation">What is done.</param>
/// <param name="Unit">What its figures are in.</param>
/// <param name="Lines">The contenders.</param>
internal sealed record LatencyRow(string Group, string Operation, string Unit, IReadOnlyList<LatencyLine> Lines)
{
    /// <summary>Of times.</summary>
    public const string Nanoseconds = "ns";

    /// <summary>Of ratios.</summary>
    public const string Times = "times";
}
