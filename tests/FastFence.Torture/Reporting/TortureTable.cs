using System.Globalization;
using FastFence.Tool.Reporting;
using FastFence.Torture.Aging;
using FastFence.Torture.Runs;
using FastFence.Torture.Workloads;
using Spectre.Console;

namespace FastFence.Torture.Reporting;

/// <summary>The tables for people. Redirected, they are ASCII lines without colours.</summary>
internal static class TortureTable
{
    private const int PlainWidth = 200;

    /// <summary>Writes the report.</summary>
    internal static void Write(TortureReport report, TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = ReportTable.Open(writer, isTerminal, PlainWidth);
        Table workloads = ReportTable.Create("workload", "faults", "rounds", "counters");
        foreach (WorkloadReport w in report.Workloads)
        {
            string counters = string.Join("  ", w.Counters.Select(static c => $"{c.Key} {Units.Count(c.Value)}"));
            workloads.AddRow(new Text(w.Name), new Text(w.Faults), new Text(Units.Count(w.Rounds)), new Text(counters));
        }

        console.Write(workloads);
        if (report.Ages.Count != 0)
        {
            console.Write(Ages(report.Ages));
        }

        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"limbo: at most {report.LimboMax:N0} slots (bound {report.LimboBound:N0}), {report.LimboAtEnd:N0} at end; live at end: {report.LiveAtEnd:N0}"));
        foreach ((string kind, long count) in report.ViolationKinds)
        {
            writer.WriteLine($"violation: {kind}: {Units.Count(count)}");
        }

        foreach (Sighting s in report.Sightings)
        {
            writer.WriteLine($"  {s.Kind}: {s.AtMilliseconds} ms, {s.Workload}, thread '{s.Thread}' ({s.ThreadId}), age {AgeText(s.Age)}, poison {s.Poison ?? "none"}: {s.Detail}");
        }

        writer.WriteLine(Verdict(report));
        writer.Flush();
    }

    /// <summary>The last line: what the exit code says, in words.</summary>
    internal static string Verdict(TortureReport report)
    {
        string stopped = report.Interrupted ? " (stopped early)" : "";
        string found = $"{Units.Count(report.Violations)} violations of {report.ViolationKinds.Count} kinds";
        if (report.Options.Unsafe)
        {
            return report.ViolationKinds.Count >= 2
                ? $"caught: {found}, as it must be without sections{stopped}"
                : $"INCONCLUSIVE: {found}: at least two kinds must be found without sections{stopped}";
        }

        return report.ExitCode switch
        {
            Cli.TortureExitCodes.Ok => $"ok: no violations, nothing left alive{stopped}",
            Cli.TortureExitCodes.Inconclusive => $"INCONCLUSIVE: no round of {string.Join(", ", report.Idle)}{stopped}",
            _ => $"FAILED: {found}, {Units.Count(report.LiveAtEnd)} live and {Units.Count(report.LimboAtEnd)} in limbo at end{stopped}",
        };
    }

    /// <summary>Writes the list of workloads.</summary>
    internal static void WriteList(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = ReportTable.Open(writer, isTerminal, PlainWidth);
        Table table = ReportTable.Create("workload", "faults", "reports", "idea");
        foreach (WorkloadEntry e in WorkloadList.All)
        {
            table.AddRow(new Text(e.Name), new Text(e.Faults), new Text(string.Join(", ", e.Kinds)), new Text(e.Idea));
        }

        console.Write(table);
        writer.Flush();
    }

    private static Table Ages(IReadOnlyList<long> ages)
    {
        Table table = ReportTable.Create("age", "seen");
        for (int age = 0; age < ages.Count; age++)
        {
            if (ages[age] != 0 || age < 2)
            {
                table.AddRow(new Text(AgeText(age)), new Text(Units.Count(ages[age])));
            }
        }

        return table;
    }

    private static string AgeText(long? age) => age switch
    {
        null => "unknown",
        0 => "0 (current)",
        1 => "1 (removed)",
        AgeBoard.Freed => "freed",
        _ => age.Value.ToString(CultureInfo.InvariantCulture),
    };
}
