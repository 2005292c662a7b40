namespace FastFence.Tool.Cli;

/// <summary>Options of <c>demo signals</c>, already checked.</summary>
internal sealed record SignalDemoOptions
{
    /// <summary>Fences to signal.</summary>
    public int Signals { get; init; } = 1_000_000;

    /// <summary>How many of them somebody sleeps on.</summary>
    public int Sleepers { get; init; }

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
