namespace FastFence.Bench.Measuring;

/// <summary>How long and how often is measured.</summary>
internal sealed record MeasurePlan
{
    /// <summary>Everything once, in tiny batches: shows that it runs, says nothing about speed.</summary>
    public static MeasurePlan Smoke { get; } = new() { Name = "smoke", Blocks = 1 };

    /// <summary>Some three minutes for all rows.</summary>
    public static MeasurePlan Quick { get; } = new() { Name = "quick", WarmUps = 3, Blocks = 12, BlockNanoseconds = 100_000_000, Attempts = 1 };

    /// <summary>Ten minutes and more: rows that stay inconclusive are measured again.</summary>
    public static MeasurePlan Full { get; } = new() { Name = "full", WarmUps = 4, Blocks = 40, BlockNanoseconds = 250_000_000, Attempts = 3 };

    /// <summary>What the table says.</summary>
    public required string Name { get; init; }

    /// <summary>Rounds of calls and pauses before anything counts; 0 = no verdict either.</summary>
    public int WarmUps { get; init; }

    /// <summary>Blocks, each with minima of its own.</summary>
    public required int Blocks { get; init; }

    /// <summary>How long a block lasts.</summary>
    public long BlockNanoseconds { get; init; }

    /// <summary>How long a batch lasts: long against a clock read, short against a time slice.</summary>
    public long BatchNanoseconds { get; init; } = 40_000;

    /// <summary>How often a row is measured before it may stay inconclusive.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Is this a smoke run?</summary>
    public bool IsSmoke => WarmUps == 0;
}
