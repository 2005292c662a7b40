namespace FastFence.Torture.Reporting;

/// <summary>What one workload did.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Faults">Rows of the table of faults.</param>
/// <param name="Rounds">Rounds ended.</param>
/// <param name="Counters">Its own counters.</param>
internal sealed record WorkloadReport(string Name, string Faults, long Rounds, IReadOnlyDictionary<string, long> Counters);
