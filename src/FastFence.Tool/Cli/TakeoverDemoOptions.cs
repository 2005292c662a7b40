namespace FastFence.Tool.Cli;

/// <summary>Options of <c>demo takeover</c>, already checked.</summary>
internal sealed record TakeoverDemoOptions
{
    /// <summary>How many native pollers are stopped, one after the other.</summary>
    public int Takeovers { get; init; } = 20;

    /// <summary>The heartbeat limit, ms.</summary>
    public int LimitMilliseconds { get; init; } = 500;

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
