using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastFence.Latency.Growth;

/// <summary>A curve as a file.</summary>
internal static class GrowthJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes it.</summary>
    public static void Write(string path, GrowthPlan plan, GrowthCurve curve, double load)
    {
        using FileStream stream = File.Create(path);
        JsonSerializer.Serialize(stream, new
        {
            curve.Name,
            curve.Title,
            curve.Across,
            curve.Upwards,
            Plan = plan.Name,
            Machine = new
            {
                Processor = Machine.Processor,
                UsableCores = Platform.Cpu.UsableCores,
                Runtime = RuntimeInformation.FrameworkDescription,
                System = RuntimeInformation.OSDescription,
                LoadAverage = Number(load, 2),
            },
            Series = curve.Series.Select(SeriesOf),
        }, s_options);
        stream.WriteByte((byte)'\n');
    }

    private static object SeriesOf(GrowthSeries series) => new
    {
        series.Name,
        Must = series.Must?.Written,
        Allowed = Number(series.Allowed, 3),
        Score = Number(series.Score, 3),
        Holds = series.Must == null ? null : series.Verdict.ToString(),
        LockedRmwNs = Number(series.Unit, 3),
        Rounds = series.Rounds.Count == 0 ? (int?)null : series.Rounds.Count,
        Points = series.Sizes.Select((n, i) => new
        {
            N = n,
            Best = Number(series.Values[i], 3),
            Median = series.Rounds.Count == 0 ? null : Number(series.Rounds.Select(r => r[i]).Order().ElementAt(series.Rounds.Count / 2), 3),
        }),
    };

    private static double? Number(double value, int digits) => double.IsFinite(value) ? Math.Round(value, digits) : null;
}
