namespace FastFence.Tool.Cli;

/// <summary>Options of <c>replay</c>, already checked.</summary>
internal sealed record ReplayOptions
{
    /// <summary>The capture file.</summary>
    public required string Capture { get; init; }

    /// <summary>How fast to play it.</summary>
    public ReplaySpeed Speed { get; init; } = ReplaySpeed.Own;

    /// <summary>File for a trace of the replay; null for none.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; init; }

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
