namespace FastFence.Tool.Cli;

/// <summary>Options of <c>demo unload</c>, already checked.</summary>
internal sealed record UnloadDemoOptions
{
    /// <summary>Exporters that are made, used and unloaded, one after another.</summary>
    public int Rounds { get; init; } = 1000;

    /// <summary>Threads that read names and describe all the time.</summary>
    public int Observers { get; init; } = 2;

    /// <summary>Fences a round: half are signaled before the unload, half pending.</summary>
    public int Fences { get; init; } = 64;

    /// <summary>Of the signaled ones, how many a round are held to the end of the run.</summary>
    public int Held { get; init; } = 4;

    /// <summary>Seconds after which an unload counts as held up.</summary>
    public double Limit { get; init; } = 10;

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }

    /// <summary>Tests only: what to break.</summary>
    public UnloadDemoBreak Break { get; init; }
}
