namespace FastFence.Torture.Litmuses;

/// <summary>Options of <c>litmus</c>, already checked.</summary>
internal sealed record LitmusOptions
{
    /// <summary>Rounds of the engine's part of each litmus.</summary>
    public int Rounds { get; init; } = 200_000;

    /// <summary>Longest that one part may take, s.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>Cores for the two sides; empty = the first two that this process may use.</summary>
    public IReadOnlyList<int> Cores { get; init; } = [];

    /// <summary>Tests only: the litmus whose engine part is replaced by its broken twin.</summary>
    public string? Break { get; init; }

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
