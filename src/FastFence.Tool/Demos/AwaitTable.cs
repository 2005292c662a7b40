using System.Globalization;
using FastFence.Tool.Reporting;
using Spectre.Console;

namespace FastFence.Tool.Demos;

/// <summary>The table of <c>demo await</c> for people.</summary>
internal static class AwaitTable
{
    private const int PlainWidth = 160;

    /// <summary>Writes figures, threads and verdict.</summary>
    internal static void Write(AwaitReport report, TextWriter writer, bool isTerminal)
    {
        Table table = new() { Border = TableBorder.Ascii };
        table.AddColumn("figure").AddColumn(new TableColumn("total").RightAligned()).AddColumn("");
        void Row(string name, string total, string remark = "") => table.AddRow(new Text(name), new Text(total), new Text(remark));

        Row("timelines", Units.Count(report.Options.Timelines));
        Row("rounds", Units.Count(report.RoundsDone), $"after {report.Options.WarmUp} to warm up");
        Row("seconds", report.Seconds.ToString("0.000", CultureInfo.InvariantCulture));
        Row("awaits completed", Units.Count(report.AwaitsCompleted), Units.Rate(report.AwaitsPerSecond));
        Row("awaits suspended", Units.Count(report.AwaitsSuspended), "their fence was pending");
        Row("  at the same time", Units.Count(report.AwaitsInFlight), "in every round at least");
        Row("managed bytes", Units.Count(report.ManagedBytes),
            report.ManagedBytesPerAwait.ToString("0.0000", CultureInfo.InvariantCulture) + " per await, whole process");
        Row("pool threads", Units.Count(report.PoolThreads), $"at most {report.Options.PoolThreads} allowed");
        Row("  that resumed methods", Units.Count(report.ContinuationThreads));
        Row("pollers", Units.Count(report.Pollers));
        Row("round, p50", Units.Time(report.RoundNs.P50), "release of its jobs to the last next await");
        Row("round, p99", Units.Time(report.RoundNs.P99));
        Row("live slots at end", Units.Count(report.LiveAtEnd));
        Row("violations", Units.Count(report.Violations));
        ReportTable.Open(writer, isTerminal, PlainWidth).Write(table);
        if (report.Threads.Count != 0)
        {
            writer.WriteLine($"threads: {string.Join(", ", report.Threads.Select(static t => $"{t.Value} {t.Key}"))}");
        }

        report.WriteViolations(writer);

        writer.WriteLine(Verdict(report));
        writer.Flush();
    }

    private static string Verdict(AwaitReport report) => (report.IsClean, report.Interrupted) switch
    {
        (true, false) => "ok: every await was of a pending fence and ended",
        (true, true) => "ok: no violations (stopped early)",
        (false, bool early) => $"FAILED: {Units.Count(report.Violations)} violations{(early ? " (stopped early)" : "")}",
    };
}
