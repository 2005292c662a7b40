using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;
using Spectre.Console;

namespace FastFence.Tool.Pauses;

/// <summary>The results of a run under garbage collections: one entry a poller.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Pollers">In the order they ran.</param>
/// <param name="Lost">Fences that were not signaled although their word was written.</param>
internal sealed record PauseReport(RunOptions Options, IReadOnlyList<PauseFigures> Pollers, long Lost)
{
    private const double NearlyAll = 0.9;

    /// <summary>Writes the table for people.</summary>
    internal void Write(TextWriter writer, bool isTerminal)
    {
        Table table = new() { Border = TableBorder.Ascii };
        table.AddColumn("poller");
        foreach (string column in (ReadOnlySpan<string>)["from the word to", "p50", "p99", "p99.9", "max", "count"])
        {
            table.AddColumn(column);
        }

        foreach (PauseFigures p in Pollers)
        {
            if (p.Poller == PauseFigures.RawSpin)
            {
                AddRow(table, p.Poller, "seen", p.WordToSignaledNs);
                continue;
            }

            AddRow(table, p.Poller, "signaled", p.WordToSignaledNs);
            AddRow(table, p.Poller, "native waiter woken", p.WordToWaiterNs);
            AddRow(table, p.Poller, "managed awaiter resumed", p.WordToAwaiterNs);
        }

        ReportTable.Open(writer, isTerminal, 160).Write(table);
        foreach (PauseFigures p in Pollers)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{p.Poller}: {p.Collections} collections, {p.PauseTotalMs:0} ms stopped in all, longest {p.PauseMaxMs:0.0} ms, {p.LoadMegabytesPerSecond:0} of {Options.GcLoad:0} MB/s allocated; {p.Pinning}; {p.Reason}"));
        }

        if (Pollers.Any(static p => !p.WriterIsRealTime))
        {
            writer.WriteLine("note: the writer runs at normal priority (SCHED_FIFO needs CAP_SYS_NICE or a limit, see ulimit -r): where it is stopped between time and word, the poller seems late");
        }

        if (Pollers.Any(p => p.LoadMegabytesPerSecond < NearlyAll * Options.GcLoad))
        {
            writer.WriteLine("note: the load was not reached: this machine, or what else runs on it, leaves no more");
        }

        writer.WriteLine(Lost == 0 ? "ok: every fence was signaled" : $"FAILED: {Units.Count(Lost)} fences were not signaled");
        writer.Flush();
    }

    /// <summary>The exit code.</summary>
    internal int ExitCode => Lost == 0 ? ExitCodes.Ok : ExitCodes.Violations;

    internal string ToJson() => JsonSerializer.Serialize(this, PauseJson.Default.PauseReport) + "\n";

    private static void AddRow(Table table, string poller, string to, LatencySummary s)
    {
        string Cell(long ns) => s.Count == 0 ? "-" : Units.Time(ns);
        table.AddRow(poller, to, Cell(s.P50), Cell(s.P99), Cell(s.P999), Cell(s.Max), Units.Count(s.Count));
    }
}

/// <summary>JSON of the report, in the reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PauseReport))]
internal sealed partial class PauseJson : JsonSerializerContext;
