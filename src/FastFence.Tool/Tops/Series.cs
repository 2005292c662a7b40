namespace FastFence.Tool.Tops;

/// <summary>One series of an instrument at one moment.</summary>
/// <param name="Instrument">Name of the instrument.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Value">A counter's or gauge's value; of a histogram how many values came in the interval.</param>
/// <param name="Rate">By second, over the interval; NaN in the first one and where there is none.</param>
/// <param name="Percentiles">Of a histogram: 0.5, 0.95, 0.99; else empty.</param>
internal sealed record Series(
    string Instrument, IReadOnlyDictionary<string, string> Tags, double Value, double Rate, IReadOnlyDictionary<string, double> Percentiles)
{
    /// <summary>A tag; empty when it is not there.</summary>
    public string this[string tag] => Tags.TryGetValue(tag, out string? value) ? value : string.Empty;
}
