namespace FastFence.Latency.Latencies;

/// <summary>One contender's times of a row, ns; of a row of ratios: ratios.</summary>
internal sealed record LatencyLine
{
    /// <summary>The contender.</summary>
    public required string Name { get; init; }

    /// <summary>Are the times means of batches, because a single one is too short to be timed, or is not known?</summary>
    public required bool PerBatch { get; init; }

    /// <summary>How many times were recorded.</summary>
    public required long Samples { get; init; }

    /// <summary>Median.</summary>
    public required double P50 { get; init; }

    /// <summary>9 of 10 are below; null where fewer than ten times lie above, as in all that follow.</summary>
    public required double? P90 { get; init; }

    /// <summary>99 of 100 are below.</summary>
    public required double? P99 { get; init; }

    /// <summary>999 of 1000 are below; of single times only.</summary>
    public required double? P999 { get; init; }

    /// <summary>The longest single time: with two cores, mostly the scheduler's. Null where only means are known.</summary>
    public required double? Max { get; init; }

    /// <summary>Ours / this one, the median of the ratios of single blocks: both figures of a ratio were taken within the same 100 ms.</summary>
    public required double OursAgainstIt { get; init; }

    /// <summary>Managed bytes an operation, whole process; null = not looked at.</summary>
    public required double? AllocatedBytes { get; init; }
}
