namespace FastFence.Bench.Latencies;

/// <summary>One contender's times of a row.</summary>
/// <param name="Name">The contender.</param>
/// <param name="P50Ns">Median, ns.</param>
/// <param name="P99Ns">99th of a hundred, ns.</param>
/// <param name="Samples">How many times were recorded.</param>
/// <param name="OursAgainstIt">
/// Ours / this one, the median of the ratios of single blocks: both figures of a ratio were taken within the same 100 ms.
/// </param>
/// <param name="AllocatedBytes">Managed bytes an operation, whole process; null = not looked at.</param>
internal sealed record LatencyLine(string Name, double P50Ns, double P99Ns, long Samples, double OursAgainstIt, double? AllocatedBytes);

/// <summary>A row: ours first, then its peers, then the raw unit if it has one.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="PerBatch">The times are means of batches, not single ones.</param>
/// <param name="Lines">The contenders.</param>
internal sealed record LatencyRow(string Operation, bool PerBatch, IReadOnlyList<LatencyLine> Lines);
