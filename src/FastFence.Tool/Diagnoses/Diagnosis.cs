using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Platform;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Diagnoses;

/// <summary>The doctor's findings: facts, what is needed and missing, and their JSON.</summary>
internal sealed class Diagnosis(IReadOnlyList<MachineFact> facts)
{
    /// <summary>Facts without which an engine does not work as promised; a problem elsewhere costs speed alone.</summary>
    private static readonly string[] s_needed = ["Architecture", "Futex", "Reservation"];

    /// <summary>All facts, in the order to be read in.</summary>
    internal IReadOnlyList<MachineFact> Facts { get; } = facts;

    /// <summary>What is needed and missing.</summary>
    internal IEnumerable<MachineFact> Missing =>
        Facts.Where(static f => f.Level == FactLevel.Problem && s_needed.Contains(f.Name, StringComparer.Ordinal));

    /// <summary>The exit code.</summary>
    internal int ExitCode => Missing.Any() ? ExitCodes.Machine : ExitCodes.Ok;

    /// <summary>The last line: what the exit code says, in words.</summary>
    internal string Verdict => Missing.Any()
        ? $"FAILED: needed and missing: {string.Join(", ", Missing.Select(static f => f.Name))}"
        : $"ok: an engine runs here, {Facts.Count(static f => f.Level == FactLevel.Problem)} problems, {Facts.Count(static f => f.Level == FactLevel.Note)} notes";

    /// <summary>Asks machine and engine. Takes about a second of one core.</summary>
    internal static Diagnosis Make() => new([.. MachineFacts.Gather(measure: true), .. EngineFacts.Gather()]);

    /// <summary>An array of facts, with a newline at its end.</summary>
    internal string ToJson() => JsonSerializer.Serialize(
        [.. Facts.Select(static f => new FactRow(f.Name, f.Value, WordOf(f.Level), f.Advice))], FactJson.Default.FactRowArray) + "\n";

    /// <summary>A level as it is printed.</summary>
    internal static string WordOf(FactLevel level) => level switch
    {
        FactLevel.Ok => "ok",
        FactLevel.Note => "note",
        _ => "problem",
    };
}

/// <summary>One fact in JSON.</summary>
internal sealed record FactRow(string Name, string Value, string Level, string? Advice);

/// <summary>JSON of the facts, in the reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FactRow[]))]
internal sealed partial class FactJson : JsonSerializerContext;
