using System.Collections.Immutable;

namespace FastFence.Tool.Reporting;

/// <summary>Percentiles of a recorder in nanoseconds, each at most 0.1 % above the exact one; the maximum is exact.</summary>
/// <param name="Count">Values recorded.</param>
/// <param name="P50">Half of the values are not above this.</param>
/// <param name="P99">99 % are not above this.</param>
/// <param name="P999">99.9 % are not above this.</param>
/// <param name="Max">The largest value, even one above what the histogram can hold.</param>
/// <param name="Clamped">Values outside the range 0 to <see cref="LatencyRecorder.HighestNs"/>, counted at its ends.</param>
/// <param name="Buckets">The histogram, eight buckets a power of two, empty ones left out; their counts add up to Count.</param>
internal sealed record LatencySummary(
    long Count, long P50, long P99, long P999, long Max, long Clamped, ImmutableArray<LatencyBucket> Buckets)
{
    /// <summary>Of no values: all figures 0.</summary>
    internal static LatencySummary Empty { get; } = new(0, 0, 0, 0, 0, 0, []);
}
