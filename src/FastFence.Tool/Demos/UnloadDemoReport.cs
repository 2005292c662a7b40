using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Demos;

/// <summary>What <c>demo unload</c> found.</summary>
internal sealed class UnloadDemoReport : JudgedReport
{
    public required UnloadDemoOptions Options { get; init; }

    public bool Interrupted { get; set; }

    public int RoundsDone { get; set; }

    public double Seconds { get; set; }

    /// <summary>From the call of <see cref="Exporter.UnloadAsync"/> to its report.</summary>
    public LatencySummary UnloadNs { get; set; } = LatencySummary.Empty;

    /// <summary>The steps of it.</summary>
    public SortedDictionary<string, LatencySummary> StepNs { get; } = new(StringComparer.Ordinal);

    /// <summary>Fences that were pending when their exporter went.</summary>
    public long FencesSignaled { get; set; }

    public long SleepersWoken { get; set; }

    public long CallbacksRemoved { get; set; }

    /// <summary>Signaled fences held from their exporter's end to that of the run.</summary>
    public long Held { get; set; }

    public long NamesRead { get; set; }

    /// <summary>Those of fences that were pending to the end of the section.</summary>
    public long NamesReadPending { get; set; }

    public long Describes { get; set; }

    public long LiveAtEnd { get; set; }

    /// <summary>As JSON text, with a newline at its end.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, UnloadJson.Default.UnloadDemoReport) + "\n";
}

/// <summary>JSON of the report, in the other reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(UnloadDemoReport))]
internal sealed partial class UnloadJson : JsonSerializerContext;
