namespace FastFence.Tool.Scenarios;

/// <summary>Options of <c>torture</c>, already checked.</summary>
internal sealed record ScenarioOptions
{
    /// <summary>Which scenario, or <c>all</c>.</summary>
    public string Scenario { get; init; } = "all";

    /// <summary>Rounds of each; 0 = its own number.</summary>
    public int Count { get; init; }

    /// <summary>Longest time of each scenario, minutes; 0 = no limit but its count.</summary>
    public double Minutes { get; init; }

    /// <summary>Seed of every choice that is not the scheduler's.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Faults that <c>faults</c> draws from; empty = all.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }

    /// <summary>Tests only: the detector to prove live.</summary>
    public string? Break { get; init; }
}
