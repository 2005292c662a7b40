namespace FastFence.Tool.Cli;

/// <summary>Options of <c>demo isolation</c>, already checked.</summary>
internal sealed record IsolationDemoOptions
{
    /// <summary>How long each setting is measured.</summary>
    public double Seconds { get; init; } = 5;

    /// <summary>What the host allocates meanwhile, MB/s.</summary>
    public double GcLoad { get; init; } = 1000;

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
