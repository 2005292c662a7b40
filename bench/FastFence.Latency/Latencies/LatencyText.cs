using System.Globalization;

namespace FastFence.Latency.Latencies;

/// <summary>A row for people.</summary>
internal static class LatencyText
{
    private const int NameWidth = 42;
    private const int Width = 11;

    /// <summary>Writes it: a title, a line of headings, a line a contender. Columns that would be empty are left out.</summary>
    public static void Write(TextWriter output, string title, LatencySubject subject, LatencyRow row)
    {
        bool isMeans = row.Lines.All(static l => l.PerBatch);
        string Figure(double? value) => value is not { } v ? "-" : subject.IsRatio ? Format($"{v:0.00} ×") : Time(v);
        List<(string Heading, Func<LatencyLine, string> Cell)> columns =
        [
            ("times", static l => Format($"{l.Samples}")), ("p50", l => Figure(l.P50)), ("p90", l => Figure(l.P90)), ("p99", l => Figure(l.P99)),
        ];
        if (!isMeans)
        {
            columns.AddRange([("p99.9", l => Figure(l.P999)), ("max", l => Figure(l.Max))]);
        }

        columns.Add(("ours / it", static l => Format($"{l.OursAgainstIt:0.00}")));
        if (subject.IsThroughput)
        {
            columns.Add(("M/s", static l => Format($"{1000 / l.P50:0.0}")));
        }

        if (row.Lines.Any(static l => l.AllocatedBytes != null))
        {
            columns.Add(("bytes", static l => l.AllocatedBytes is { } b ? Format($"{b:0.#}") : "-"));
        }

        output.WriteLine(isMeans ? $"{title} (means of batches)" : title);
        Line(output, "", columns.Select(static c => c.Heading));
        foreach (LatencyLine line in row.Lines)
        {
            Line(output, line.PerBatch && !isMeans ? line.Name + " (means)" : line.Name, columns.Select(c => c.Cell(line)));
        }

        output.WriteLine();
    }

    private static void Line(TextWriter output, string name, IEnumerable<string> cells) =>
        output.WriteLine($"  {name.PadRight(NameWidth)}{string.Concat(cells.Select(static c => c.PadLeft(Width)))}");

    private static string Time(double ns) => ns >= 1_000_000 ? Format($"{ns / 1_000_000:0.00} ms") : ns >= 1000 ? Format($"{ns / 1000:0.00} µs") : Format($"{ns:0.0} ns");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
