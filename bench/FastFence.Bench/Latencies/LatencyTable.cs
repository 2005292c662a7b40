using System.Globalization;
using System.Text.Json;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;

namespace FastFence.Bench.Latencies;

/// <summary>All rows of <c>latency</c>, printed as they come.</summary>
internal static class LatencyTable
{
    private const int NameWidth = 44;
    private const int TimeWidth = 11;

    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Measures hand-overs and callbacks whose operation contains <paramref name="only"/>; gives the exit code.</summary>
    public static int Run(MeasurePlan plan, string? only, FileInfo? json, TextWriter output)
    {
        GateRow[] rows = [.. HandOverRows.All.Concat(CallbackRows.All)
            .Where(r => r.Ours != null && (only == null || r.Operation.Contains(only, StringComparison.OrdinalIgnoreCase)))];
        if (rows.Length == 0)
        {
            throw new ArgumentException($"No row's operation contains '{only}'.", nameof(only));
        }

        List<LatencyRow> measured = [];
        foreach (GateRow row in rows)
        {
            string title = row.Operation.Replace(", p50", "", StringComparison.Ordinal);
            LatencyRow? result = LatencyRun.Measure(row with { Operation = title }, plan);
            if (result == null)
            {
                output.WriteLine($"{title}: absent: needs two usable cores");
            }
            else if (plan.IsSmoke)
            {
                output.WriteLine($"{title}: ran in batches too small to measure anything");
            }
            else
            {
                Write(result, output);
                measured.Add(result);
            }
        }

        if (json != null)
        {
            using FileStream stream = json.Create();
            JsonSerializer.Serialize(stream, new { Plan = plan.Name, Rows = measured }, s_options);
            stream.WriteByte((byte)'\n');
        }

        return ExitCodes.Holds;
    }

    private static void Write(LatencyRow row, TextWriter output)
    {
        output.WriteLine(row.PerBatch ? $"{row.Operation} (means of batches)" : row.Operation);
        output.WriteLine($"  {"".PadRight(NameWidth)} {"p50".PadLeft(TimeWidth)} {"p99".PadLeft(TimeWidth)} {"ours / it".PadLeft(TimeWidth)} {"bytes".PadLeft(TimeWidth)}");
        foreach (LatencyLine line in row.Lines)
        {
            string bytes = line.AllocatedBytes is { } b ? Format($"{b:0.#}") : "";
            output.WriteLine(
                $"  {line.Name.PadRight(NameWidth)} {Time(line.P50Ns).PadLeft(TimeWidth)} {Time(line.P99Ns).PadLeft(TimeWidth)} "
                + $"{Format($"{line.OursAgainstIt:0.00}").PadLeft(TimeWidth)} {bytes.PadLeft(TimeWidth)}");
        }

        output.WriteLine();
        output.Flush();
    }

    private static string Time(double ns) => ns >= 1_000_000 ? Format($"{ns / 1_000_000:0.00} ms") : ns >= 1000 ? Format($"{ns / 1000:0.00} µs") : Format($"{ns:0.0} ns");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
