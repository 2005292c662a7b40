namespace FastFence.Tool.Tops;

/// <summary>What a process said of itself at one moment.</summary>
internal sealed record Snapshot
{
    /// <summary>How many there were before it.</summary>
    public required int Number { get; init; }

    /// <summary>All series.</summary>
    public required IReadOnlyList<Series> Series { get; init; }

    /// <summary>Rare events since the one before, as lines.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Series of an instrument.</summary>
    public IEnumerable<Series> Of(string instrument) => Series.Where(s => s.Instrument == instrument);

    /// <summary>Value of an instrument over all engines and tags.</summary>
    public double Value(string instrument) => Of(instrument).Sum(static s => s.Value);

    /// <summary>Rate of an instrument over all engines and tags; 0 while none is known.</summary>
    public double Rate(string instrument) => Of(instrument).Sum(static s => double.IsNaN(s.Rate) ? 0 : s.Rate);

    /// <summary>Are there rates? Not in the first one of a session.</summary>
    public bool HasRates => Series.Any(static s => !double.IsNaN(s.Rate));

    /// <summary>A percentile of a histogram: of several engines the worst; NaN when nothing came.</summary>
    public double Percentile(string instrument, string percentile) => Of(instrument)
        .Where(static s => s.Value > 0)
        .Select(s => s.Percentiles.TryGetValue(percentile, out double p) ? p : double.NaN)
        .DefaultIfEmpty(double.NaN)
        .Max();
}
