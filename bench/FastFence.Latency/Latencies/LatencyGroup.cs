namespace FastFence.Latency.Latencies;

/// <summary>Rows that answer one question.</summary>
/// <param name="Name">What <c>--only</c> and the table call it.</param>
/// <param name="Subjects">Its rows.</param>
internal sealed record LatencyGroup(string Name, IReadOnlyList<LatencySubject> Subjects);
