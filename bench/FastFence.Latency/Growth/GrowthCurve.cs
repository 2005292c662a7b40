namespace FastFence.Latency.Growth;

/// <summary>A plot and its data.</summary>
internal sealed record GrowthCurve
{
    /// <summary>Name of its files.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows.</summary>
    public required string Title { get; init; }

    /// <summary>What there is more and more of.</summary>
    public required string Across { get; init; }

    /// <summary>What is measured, with its unit.</summary>
    public required string Upwards { get; init; }

    /// <summary>The unit alone, for the table.</summary>
    public required string Unit { get; init; }

    /// <summary>Powers of ten upwards, too.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Its lines.</summary>
    public required IReadOnlyList<GrowthSeries> Series { get; init; }
}
