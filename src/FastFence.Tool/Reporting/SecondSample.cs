namespace FastFence.Tool.Reporting;

/// <summary>One row of the per-second series.</summary>
/// <param name="Second">Which second of the run, from 1.</param>
/// <param name="Fences">Fences signaled in this second.</param>
/// <param name="Callbacks">Callbacks run in this second.</param>
/// <param name="Waits">Waits completed in this second.</param>
/// <param name="Names">Names read in this second.</param>
/// <param name="Limbo">Slots on limbo lists when it ended.</param>
/// <param name="Live">Live slots when it ended.</param>
internal readonly record struct SecondSample(
    int Second, long Fences, long Callbacks, long Waits, long Names, long Limbo, long Live)
{
    /// <summary>When it ended, in seconds since the measurement began; the last one may be short.</summary>
    public double EndSeconds { get; init; }

    /// <summary>Grace periods that were timed in this second.</summary>
    public long GracePeriods { get; init; }

    /// <summary>Their mean, ns.</summary>
    public long GraceMeanNs { get; init; }

    /// <summary>The longest of them, ns.</summary>
    public long GraceMaxNs { get; init; }
}
