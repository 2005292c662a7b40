using FastFence.Bench.Measuring;

namespace FastFence.Bench.Gates;

/// <summary>A row of the gate, as data.</summary>
internal sealed record GateRow
{
    /// <summary>What is done.</summary>
    public required string Operation { get; init; }

    /// <summary>What it must reach; null = the row shows figures and judges nothing, see <see cref="Absent"/>.</summary>
    public Must? Must { get; init; }

    /// <summary>Makes ours; null = nothing of ours can show it yet.</summary>
    public Func<Contender>? Ours { get; init; }

    /// <summary>Make what it is compared with; the fastest in the same run is the row's peer.</summary>
    public IReadOnlyList<Func<Contender>> Peers { get; init; } = [];

    /// <summary>If given, its cost is taken off ours and the peers': what a call costs that does nothing.</summary>
    public Func<Contender>? EmptyCall { get; init; }

    /// <summary>Cores it needs.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Shown as millions a second.</summary>
    public bool IsThroughput { get; init; }

    /// <summary>Its figures are ratios without a unit of time, shown as such.</summary>
    public bool IsRatio { get; init; }

    /// <summary>If given, the row measures and judges itself, in rounds of seconds: what cannot take turns of microseconds.</summary>
    public Func<MeasurePlan, GateRow, GateResult>? InRounds { get; init; }

    /// <summary>What a row that judges itself must reach.</summary>
    public string? RoundsMust { get; init; }

    /// <summary>Why there is no verdict: reported, never counted as holding.</summary>
    public string? Absent { get; init; }
}
