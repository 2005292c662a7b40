using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;
using Spectre.Console;

namespace FastFence.Tool.Scenarios;

/// <summary>What <c>torture</c> found.</summary>
internal sealed class ScenarioReport : JudgedReport
{
    [JsonPropertyOrder(-1)]
    public required ScenarioOptions Options { get; init; }

    /// <summary>A row a scenario and fault.</summary>
    public List<ScenarioRow> Rows { get; } = [];

    /// <summary>Scenarios that cannot be played here, and why.</summary>
    public SortedDictionary<string, string> Skipped { get; } = new(StringComparer.Ordinal);

    /// <summary>Device processes that there were.</summary>
    public long Lives { get; set; }

    public double Seconds { get; set; }

    public bool Interrupted { get; set; }

    internal int ExitCode => IsClean ? ExitCodes.Ok : ExitCodes.Violations;

    internal void Write(TextWriter writer, bool isTerminal)
    {
        Table table = ReportTable.Create("scenario", "rounds", "signaled", "-ETIME", "-EIO", "other", "pending", "longest");
        foreach (ScenarioRow row in Rows)
        {
            string Cell(long n) => n.ToString("N0", CultureInfo.InvariantCulture);
            table.AddRow(
                row.Name, Cell(row.Rounds), Cell(row.Signaled), Cell(row.TimedOut), Cell(row.DeviceLost), Cell(row.Other), Cell(row.Pending),
                row.LongestNs == 0 ? "-" : Units.Time(row.LongestNs));
        }

        ReportTable.Open(writer, isTerminal, 160).Write(table);
        foreach ((string name, string reason) in Skipped)
        {
            writer.WriteLine($"skipped: {name}: {reason}");
        }

        WriteViolations(writer);
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Lives} device processes, {Seconds:0.0} s{(Interrupted ? " (stopped early)" : string.Empty)}"));
        writer.WriteLine(IsClean ? "ok: every fence ended once and as its fault allows, nothing left" : $"FAILED: {Units.Count(Violations)} violations");
        writer.Flush();
    }

    internal string ToJson() => JsonSerializer.Serialize(this, ScenarioJson.Default.ScenarioReport) + "\n";
}

/// <summary>JSON of the report, in the other reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ScenarioReport))]
internal sealed partial class ScenarioJson : JsonSerializerContext;
