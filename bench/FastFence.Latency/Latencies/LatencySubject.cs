using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Latency.Latencies;

/// <summary>What a row measures, as data.</summary>
internal sealed record LatencySubject
{
    /// <summary>What is done.</summary>
    public required string Operation { get; init; }

    /// <summary>Makes ours; null = not here, see <see cref="Absent"/>.</summary>
    public Func<Contender>? Ours { get; init; }

    /// <summary>Make what it is compared with.</summary>
    public IReadOnlyList<Func<Contender>> Peers { get; init; } = [];

    /// <summary>What the machine itself takes for the like, as one more line.</summary>
    public PhysicalUnit? Unit { get; init; }

    /// <summary>Threads that take part.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Its figures are times for one of very many: shown as millions a second, too.</summary>
    public bool IsThroughput { get; init; }

    /// <summary>Its figures are ratios without a unit of time.</summary>
    public bool IsRatio { get; init; }

    /// <summary>Why it is not measured here.</summary>
    public string? Absent { get; init; }

    /// <summary>A row of the gate's: the same contenders, and the unit of its must.</summary>
    public static LatencySubject Of(GateRow row) => new()
    {
        Operation = row.Operation.Replace(", p50", "", StringComparison.Ordinal),
        Ours = row.Ours,
        Peers = row.Peers,
        Unit = row.Threads > 1 ? row.Must?.Unit : null,
        Threads = row.Threads,
        IsThroughput = row.IsThroughput,
        IsRatio = row.IsRatio,
        Absent = row.Ours == null ? row.Absent : null,
    };
}
