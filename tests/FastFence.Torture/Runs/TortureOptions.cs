namespace FastFence.Torture.Runs;

/// <summary>Options of a torture run, already checked.</summary>
internal sealed record TortureOptions
{
    /// <summary>How long, over 0.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>Seed of every choice that is not the scheduler's.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The same load without sections: it must be caught.</summary>
    public bool Unsafe { get; init; }

    /// <summary>Names of the workloads to run; empty = all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Tests only: the kind of violation whose detector is to be proven live.</summary>
    public string? Break { get; init; }

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
