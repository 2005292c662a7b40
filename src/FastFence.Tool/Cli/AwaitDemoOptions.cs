namespace FastFence.Tool.Cli;

/// <summary>Options of <c>demo await</c>, already checked.</summary>
internal sealed record AwaitDemoOptions
{
    /// <summary>Timelines, one a ring; two banks of them take turns.</summary>
    public int Timelines { get; init; } = 64;

    /// <summary>Awaits in flight at the same time.</summary>
    public int Awaits { get; init; } = 10_000;

    /// <summary>Rounds that count: each of the awaits is done so many times.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>Rounds before: compiling, pools and slabs.</summary>
    public int WarmUp { get; init; } = 30;

    /// <summary>Most threads of the thread pool.</summary>
    public int PoolThreads { get; init; } = 4;

    /// <summary>Seconds after which a round that has not ended counts as lost.</summary>
    public double Limit { get; init; } = 60;

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }

    /// <summary>Tests only: what to break.</summary>
    public AwaitDemoBreak Break { get; init; }
}
