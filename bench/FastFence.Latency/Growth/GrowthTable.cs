using System.Globalization;
using FastFence.Bench.Gates;

namespace FastFence.Latency.Growth;

/// <summary>The table, a series a line.</summary>
internal static class GrowthTable
{
    private const int NameWidth = 74;
    private const int ValueWidth = 18;
    private const int MostWidth = 26;
    private const int RatioWidth = 8;
    private const int MustWidth = 42;

    /// <summary>Prints the header.</summary>
    public static void Begin(TextWriter output)
    {
        Write(output, "curve", "at 1", "at the largest size", "ratio", "must", "holds, at the highest point");
        output.WriteLine(new string('-', NameWidth + ValueWidth + MostWidth + RatioWidth + MustWidth + 20));
    }

    /// <summary>Prints the lines of a curve. In a smoke run they have no figures.</summary>
    public static void Add(TextWriter output, GrowthCurve curve, bool isSmoke)
    {
        foreach (GrowthSeries series in curve.Series)
        {
            string must = series.Must == null ? "-" : isSmoke ? $"≤ {series.Must.Written}" : $"≤ {series.Must.Written} = {Figure(series.Allowed, curve.Unit)} here";
            string name = $"{curve.Title}: {series.Name}";
            if (isSmoke)
            {
                Write(output, name, "-", "-", "-", must, "- (smoke)");
                continue;
            }

            string first = series.Sizes[0] == 1 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" (at {series.Sizes[0]})");
            Write(
                output,
                name,
                Figure(series.Values[0], curve.Unit) + first,
                string.Create(CultureInfo.InvariantCulture, $"{Figure(series.Values[^1], curve.Unit)} at {series.Sizes[^1]:N0}"),
                string.Create(CultureInfo.InvariantCulture, $"{series.Values[^1] / series.Values[0]:0.00}"),
                must,
                HoldsOf(series));
        }

        output.Flush();
    }

    private static string HoldsOf(GrowthSeries series) => series.Verdict switch
    {
        Verdict.Holds => string.Create(CultureInfo.InvariantCulture, $"holds ({series.Score:0.00}, {At(series)})"),
        Verdict.Misses => string.Create(CultureInfo.InvariantCulture, $"MISSES ({series.Score:0.00}, {At(series)})"),
        Verdict.Inconclusive => string.Create(CultureInfo.InvariantCulture, $"inconclusive ({series.Score:0.00}, {At(series)})"),
        _ => "-",
    };

    private static string At(GrowthSeries series) => string.Create(CultureInfo.InvariantCulture, $"{series.HighestAt:N0}");

    private static string Figure(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.##} {unit}");

    private static void Write(TextWriter output, string name, string first, string most, string ratio, string must, string holds) => output.WriteLine(
        $"{name.PadRight(NameWidth)} {first.PadLeft(ValueWidth)}  {most.PadLeft(MostWidth)} {ratio.PadLeft(RatioWidth)}  {must.PadRight(MustWidth)} {holds}");
}
