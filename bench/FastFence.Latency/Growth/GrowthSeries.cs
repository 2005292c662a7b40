using FastFence.Bench.Gates;

namespace FastFence.Latency.Growth;

/// <summary>One line of a plot: a value by size.</summary>
internal sealed record GrowthSeries
{
    /// <summary>What the legend calls it.</summary>
    public required string Name { get; init; }

    /// <summary>How many there were.</summary>
    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>From the fastest of all rounds.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>From each round alone.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Rounds { get; init; } = [];

    /// <summary>The locked read-modify-write of each round, ns.</summary>
    public IReadOnlyList<double> Units { get; init; } = [];

    /// <summary>What must hold; null = nothing is asked.</summary>
    public GrowthMust? Must { get; init; }

    /// <summary>The same of the run.</summary>
    public double Unit => Units.Count == 0 ? double.NaN : Units.Min();

    /// <summary>What is allowed here; NaN without a must.</summary>
    public double Allowed => Must?.Allowed(Unit, Values) ?? double.NaN;

    /// <summary>The highest value.</summary>
    public double Highest => Values.Max();

    /// <summary>Where it is.</summary>
    public int HighestAt => Sizes[Values.ToList().IndexOf(Highest)];

    /// <summary>Measured / allowed: at most 1 holds.</summary>
    public double Score => Highest / Allowed;

    /// <summary>What it came to.</summary>
    public Verdict Verdict => Must == null
        ? Verdict.Absent
        : Verdicts.Judge(Score, Rounds.Count == 0 ? [Score] : [.. Rounds.Select((r, i) => r.Max() / Must.Allowed(Units[i], r))]);

    /// <summary>A series from what was timed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="turns">What was timed.</param>
    /// <param name="value">The value of a size, from the times of all sizes.</param>
    /// <param name="must">What must hold.</param>
    /// <param name="from">The first size that has a value; those before it only serve it.</param>
    public static GrowthSeries Of(string name, Turns turns, Func<double[], int, double>? value = null, GrowthMust? must = null, int from = 0)
    {
        value ??= static (times, i) => times[i];
        double[] Values(double[] times) => [.. Enumerable.Range(from, times.Length - from).Select(i => value(times, i))];
        return new GrowthSeries
        {
            Name = name,
            Sizes = turns.Sizes[from..],
            Values = Values(turns.Best),
            Rounds = [.. turns.Rounds.Select(Values)],
            Units = turns.Units,
            Must = must,
        };
    }
}
