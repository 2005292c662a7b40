namespace FastFence.Bench.Gates;

/// <summary>A measured row.</summary>
internal sealed record GateResult
{
    /// <summary>The row.</summary>
    public required GateRow Row { get; init; }

    /// <summary>What it came to.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Our best, ns an operation; NaN = not measured.</summary>
    public double OursNanoseconds { get; init; } = double.NaN;

    /// <summary>The best peer's best.</summary>
    public double PeerNanoseconds { get; init; } = double.NaN;

    /// <summary>The best peer.</summary>
    public string? Peer { get; init; }

    /// <summary>All peers, the best one among them.</summary>
    public IReadOnlyList<PeerFigure> Peers { get; init; } = [];

    /// <summary>What else the row found, for the end of its line; null = nothing.</summary>
    public string? Note { get; init; }

    /// <summary>The unit's best.</summary>
    public double UnitNanoseconds { get; init; } = double.NaN;

    /// <summary>Measured / allowed: at most 1 holds.</summary>
    public double Score { get; init; } = double.NaN;

    /// <summary>The scores of the blocks.</summary>
    public IReadOnlyList<double> BlockScores { get; init; } = [];

    /// <summary>Managed bytes an operation of ours allocates; NaN = not looked at.</summary>
    public double AllocatedBytes { get; init; } = double.NaN;

    /// <summary>How often it was measured.</summary>
    public int Attempts { get; init; }

    /// <summary>Ours / peer.</summary>
    public double Ratio => OursNanoseconds / PeerNanoseconds;
}
