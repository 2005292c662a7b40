using System.Globalization;
using FastFence.Tool.Reporting;
using Spectre.Console;

namespace FastFence.Tool.Demos;

/// <summary>The table of <c>demo unload</c> for people.</summary>
internal static class UnloadTable
{
    private const int PlainWidth = 160;

    /// <summary>Writes figures and verdict.</summary>
    internal static void Write(UnloadDemoReport report, TextWriter writer, bool isTerminal)
    {
        Table table = new() { Border = TableBorder.Ascii };
        table.AddColumn("figure").AddColumn(new TableColumn("total").RightAligned()).AddColumn("");
        void Row(string name, string total, string remark = "") => table.AddRow(new Text(name), new Text(total), new Text(remark));

        Row("exporters unloaded", Units.Count(report.RoundsDone));
        Row("seconds", report.Seconds.ToString("0.000", CultureInfo.InvariantCulture));
        Row("time to unload, p50", Units.Time(report.UnloadNs.P50));
        Row("time to unload, p99", Units.Time(report.UnloadNs.P99));
        Row("time to unload, max", Units.Time(report.UnloadNs.Max));
        foreach (UnloadStep step in Enum.GetValues<UnloadStep>())
        {
            if (report.StepNs.TryGetValue(step.ToString(), out LatencySummary? time))
            {
                Row($"  {step}, p50", Units.Time(time.P50), $"p99 {Units.Time(time.P99)}");
            }
        }

        Row("pending fences signaled", Units.Count(report.FencesSignaled));
        Row("sleepers woken", Units.Count(report.SleepersWoken));
        Row("callbacks removed", Units.Count(report.CallbacksRemoved), "of the exporters' code, on another engine's fences");
        Row("signaled fences held", Units.Count(report.Held), "to the end of the run");
        Row("names read", Units.Count(report.NamesRead), $"{Units.Count(report.NamesReadPending)} of pending fences");
        Row("describes", Units.Count(report.Describes));
        Row("live slots at end", Units.Count(report.LiveAtEnd));
        Row("violations", Units.Count(report.Violations));
        ReportTable.Open(writer, isTerminal, PlainWidth).Write(table);
        report.WriteViolations(writer);

        writer.WriteLine((report.IsClean, report.Interrupted) switch
        {
            (true, false) => "ok: every name was the right one and every exporter went",
            (true, true) => "ok: no violations (stopped early)",
            (false, bool early) => $"FAILED: {Units.Count(report.Violations)} violations{(early ? " (stopped early)" : "")}",
        });
        writer.Flush();
    }
}
