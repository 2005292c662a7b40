using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Demos;

/// <summary>One forced collection.</summary>
/// <param name="PauseMs">How long it stopped the host.</param>
/// <param name="JobsBegun">Jobs that the device began meanwhile.</param>
/// <param name="GapNs">The longest time meanwhile between two jobs' beginnings.</param>
internal sealed record JobsPause(double PauseMs, long JobsBegun, long GapNs);

/// <summary>What one poller did.</summary>
/// <param name="Poller">Which one: native or managed.</param>
/// <param name="Reason">Why this one.</param>
/// <param name="GapBeforeNs">The longest gap at the device before the first collection.</param>
/// <param name="Pauses">The collections.</param>
internal sealed record JobsFigures(string Poller, string Reason, long GapBeforeNs, IReadOnlyList<JobsPause> Pauses);

/// <summary>What <c>demo jobs</c> found.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Pollers">In the order they ran.</param>
internal sealed record JobsReport(JobsDemoOptions Options, IReadOnlyList<JobsFigures> Pollers)
{
    /// <summary>Pauses in which a native poller let no job go out: what must not be.</summary>
    public int Violations => Pollers.Where(static p => p.Poller == "native").Sum(static p => p.Pauses.Count(static pause => pause.JobsBegun < 2));

    /// <summary>As text for people.</summary>
    internal void Write(TextWriter writer)
    {
        foreach (JobsFigures p in Pollers)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{p.Poller}: longest gap at the device before the first collection {Units.Time(p.GapBeforeNs)}; {p.Reason}"));
            foreach (JobsPause pause in p.Pauses)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  host stopped for {pause.PauseMs,6:0.0} ms: {pause.JobsBegun,6} jobs began, longest gap {Units.Time(pause.GapNs)}"));
            }
        }

        writer.WriteLine(Violations == 0 ? "ok: with the native poller jobs went out in every pause" : $"FAILED: no job went out in {Violations} pauses");
        writer.Flush();
    }

    /// <summary>As JSON text, with a newline at its end.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, JobsJson.Default.JobsReport) + "\n";
}

/// <summary>JSON of the report, in the other reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JobsReport))]
internal sealed partial class JobsJson : JsonSerializerContext;
