namespace FastFence.Tool.Cli;

/// <summary>Options of <c>replay</c>, already checked.</summary>
internal sealed record ReplayOptions
{
    /// <summary>The capture file.</summary>
    public required string Capture { get; init; }

    /// <summary>How fast to play it.</summary>
    public ReplaySpeed Speed { get; init; } = ReplaySpeed.Own;

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
