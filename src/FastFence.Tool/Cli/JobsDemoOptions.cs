namespace FastFence.Tool.Cli;

/// <summary>Options of <c>demo jobs</c>, already checked.</summary>
internal sealed record JobsDemoOptions
{
    /// <summary>Collections forced while jobs go out, for each poller.</summary>
    public int Pauses { get; init; } = 5;

    /// <summary>How long each is to stop the host at least, ms.</summary>
    public int PauseMilliseconds { get; init; } = 100;

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
