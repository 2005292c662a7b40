using System.Globalization;
using FastFence.Tool.Captures;
using Spectre.Console;

namespace FastFence.Tool.Reporting;

/// <summary>The table for people. Redirected, it is ASCII lines without colours, as wide as it needs to be.</summary>
internal static class ReportTable
{
    /// <summary>Width when redirected: wide enough that no row wraps, so that each can be cut by a script.</summary>
    private const int PlainWidth = 160;

    /// <summary>Writes the report to <paramref name="writer"/>.</summary>
    internal static void Write(Report report, TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = Open(writer, isTerminal, PlainWidth);
        console.Write(Figures(report));
        console.Write(Latencies(report));
        if (report is ReplayReport replay)
        {
            console.Write(Contexts(replay));
        }

        report.WriteViolations(writer);

        writer.WriteLine(Verdict(report));
        writer.Flush();
    }

    /// <summary>The last line: what the exit code says, in words.</summary>
    internal static string Verdict(Report report)
    {
        string stopped = report.Interrupted ? " (stopped early)" : "";
        return report.IsClean
            ? $"ok: no violations, nothing lost{stopped}"
            : $"FAILED: {Units.Count(report.Violations)} violations, {Units.Count(report.LiveAtEnd)} live and "
                + $"{Units.Count(report.LimboAtEnd)} in limbo at end{stopped}";
    }

    private static Table Figures(Report report)
    {
        Table table = Create("figure", "total", "rate");
        void Row(string name, string total, string rate = "") => table.AddRow(new Text(name), new Text(total), new Text(rate));

        if (report is ReplayReport replay)
        {
            Row("form", replay.Form == CaptureForm.Jobs ? "jobs" : "events", $"speed {replay.Speed}");
            Row("jobs", Units.Count(replay.Jobs));
            Row("capture fences", Units.Count(replay.Fences));
            Row("retired by poller", Units.Count(replay.RetiredByPoller));
            Row("order violations", Units.Count(replay.OrderViolations));
            Row("gaps", Units.Count(replay.GapsTotal));
            Row("vblank rows skipped", Units.Count(replay.VblankRows));
            Row("job rows without a signal", Units.Count(replay.RowsWithoutSignal));
        }

        Row("seconds", report.Seconds.ToString("0.000", CultureInfo.InvariantCulture));
        if (report is RunReport { DeviceProcessorSeconds: { } device })
        {
            Row("device processor seconds", device.ToString("0.000", CultureInfo.InvariantCulture),
                Units.Time((long)(1e9 * device / Math.Max(1, report.FencesSignaled))) + " per fence");
        }

        Row("fences created", Units.Count(report.FencesCreated));
        Row("fences signaled", Units.Count(report.FencesSignaled), Units.Rate(report.FencesPerSecond));
        Row("callbacks run", Units.Count(report.CallbacksRun), Units.Rate(report.CallbacksPerSecond));
        Row("waits completed", Units.Count(report.WaitsCompleted), Units.Rate(report.WaitsPerSecond));
        Row("names read", Units.Count(report.NamesRead), Units.Rate(report.NamesPerSecond));
        Row("  while pending", Units.Count(report.NamesReadPending));
        Row("describes", Units.Count(report.Describes));
        Row("exporters opened", Units.Count(report.ExportersOpened));
        Row("exporters closed", Units.Count(report.ExportersClosed));
        Row("stale handles refused", Units.Count(report.StaleRefused));
        Row("managed bytes", Units.Count(report.ManagedBytes),
            report.ManagedBytesPerFence.ToString("0.0000", CultureInfo.InvariantCulture) + " per fence");
        Row("live slots at end", Units.Count(report.LiveAtEnd));
        Row("limbo at end", Units.Count(report.LimboAtEnd));
        Row("violations", Units.Count(report.Violations));
        return table;
    }

    private static Table Latencies(Report report)
    {
        Table table = Create("time", "p50", "p99", "p99.9", "max", "count");
        void Row(string name, LatencySummary s)
        {
            string Cell(long ns) => s.Count == 0 ? "-" : Units.Time(ns);
            table.AddRow(new Text(name), new Text(Cell(s.P50)), new Text(Cell(s.P99)), new Text(Cell(s.P999)), new Text(Cell(s.Max)),
                new Text(Units.Count(s.Count)));
        }

        Row("retire latency", report.RetireLatencyNs);
        Row("grace period", report.GracePeriodNs);
        if (report is ReplayReport replay)
        {
            Row("deviation from capture", replay.DeviationNs);
        }

        return table;
    }

    private static Table Contexts(ReplayReport replay)
    {
        Table table = Create("context", "fences", "order violations", "gaps", "NOPs");
        foreach (ContextReport c in replay.Contexts)
        {
            table.AddRow(
                new Text(string.Create(CultureInfo.InvariantCulture, $"{c.Context} {c.Driver}/{c.Timeline}")),
                new Text(Units.Count(c.Fences)), new Text(Units.Count(c.OrderViolations)), new Text(Units.Count(c.Gaps)),
                new Text(c.Nops.ToString("N0", CultureInfo.InvariantCulture)));
        }

        return table;
    }

    /// <summary>A console for tables; redirected it writes ASCII without colours, <paramref name="plainWidth"/> columns wide.</summary>
    internal static IAnsiConsole Open(TextWriter writer, bool isTerminal, int plainWidth)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!isTerminal)
        {
            console.Profile.Width = plainWidth;
            console.Profile.Capabilities.Unicode = false;
        }

        return console;
    }

    /// <summary>A table whose first column is text and whose others are figures.</summary>
    internal static Table Create(string first, params ReadOnlySpan<string> others)
    {
        Table table = new() { Border = TableBorder.Ascii };
        table.AddColumn(new TableColumn(new Text(first)));
        foreach (string other in others)
        {
            table.AddColumn(new TableColumn(new Text(other)).RightAligned());
        }

        return table;
    }
}
