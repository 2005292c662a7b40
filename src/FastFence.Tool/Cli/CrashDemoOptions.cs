namespace FastFence.Tool.Cli;

/// <summary>Options of <c>demo crash</c>, already checked.</summary>
internal sealed record CrashDemoOptions
{
    /// <summary>Where the recording stays; null: it is thrown away.</summary>
    public string? File { get; init; }

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
