using System.Globalization;
using FastFence.Tool.Reporting;
using FastFence.Torture.Litmuses;
using Spectre.Console;

namespace FastFence.Torture.Reporting;

/// <summary>The table of <c>litmus</c>.</summary>
internal static class LitmusTable
{
    private const int PlainWidth = 200;

    /// <summary>Writes the report.</summary>
    internal static void Write(LitmusReport report, TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = ReportTable.Open(writer, isTerminal, PlainWidth);
        Table table = ReportTable.Create("litmus", "orderings", "control", "twin without barrier", "engine", "verdict");
        foreach (LitmusResult r in report.Results)
        {
            table.AddRow(new Text(r.Name), new Text(r.Orderings), Part(r.Control), Part(r.Twin), Part(r.Engine), new Text(NameOf(r.Verdict)));
        }

        console.Write(table);
        foreach (LitmusResult r in report.Results)
        {
            writer.WriteLine($"{r.Name}: {r.Reason}");
        }

        string cores = report.Cores.Count == 0 ? "" : $" on cores {string.Join(" and ", report.Cores)}";
        writer.WriteLine($"verdict: {NameOf(report.Verdict)}{cores}{(report.Reason == null ? "" : $": {report.Reason}")}");
        writer.Flush();
    }

    private static Text Part(PartResult part) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{part.Missed:N0} missed of {part.Rounds:N0}"));

    private static string NameOf(Verdict verdict) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(verdict.ToString());
}
