using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;
using Spectre.Console;

namespace FastFence.Tool.Pauses;

/// <summary>What <c>demo isolation</c> found.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Settings">In the order they ran.</param>
/// <param name="NoNativePoller">Why the native poller is not among them; null if it is.</param>
internal sealed record IsolationReport(IsolationDemoOptions Options, IReadOnlyList<IsolationFigures> Settings, string? NoNativePoller)
{
    private const double NearlyAll = 0.9;

    internal int ExitCode => Settings.All(static s => s.Lost == 0) ? ExitCodes.Ok : ExitCodes.Violations;

    internal void Write(TextWriter writer, bool isTerminal)
    {
        Table table = ReportTable.Create("device", "poller", "from", "p50", "p99", "p99.9", "max", "count");
        foreach (IsolationFigures s in Settings)
        {
            AddRow(table, s, "due to done", s.DueToDoneNs);
            AddRow(table, s, "done to signaled", s.DoneToSignaledNs);
            AddRow(table, s, "due to signaled", s.DueToSignaledNs);
        }

        ReportTable.Open(writer, isTerminal, 160).Write(table);
        foreach (IsolationFigures s in Settings)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"device {s.Device}, {s.Poller} poller: {s.Collections} collections, {s.PauseTotalMs:0} ms stopped in all, {s.LoadMegabytesPerSecond:0} of {Options.GcLoad:0} MB/s allocated{(s.LoadMegabytesPerSecond < NearlyAll * Options.GcLoad ? " (not reached)" : string.Empty)}, {Units.Count(s.EmittedLate)} jobs emitted late"));
        }

        if (NoNativePoller != null)
        {
            writer.WriteLine($"note: no native poller: {NoNativePoller}");
        }

        long lost = Settings.Sum(static s => s.Lost);
        writer.WriteLine(lost == 0 ? "ok: every fence was signaled" : $"FAILED: {Units.Count(lost)} fences were not signaled");
        writer.Flush();
    }

    internal string ToJson() => JsonSerializer.Serialize(this, IsolationJson.Default.IsolationReport) + "\n";

    private static void AddRow(Table table, IsolationFigures s, string from, LatencySummary t)
    {
        string Cell(long ns) => t.Count == 0 ? "-" : Units.Time(ns);
        table.AddRow(s.Device, s.Poller, from, Cell(t.P50), Cell(t.P99), Cell(t.P999), Cell(t.Max), Units.Count(t.Count));
    }
}

/// <summary>JSON of the report, in the other reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(IsolationReport))]
internal sealed partial class IsolationJson : JsonSerializerContext;
