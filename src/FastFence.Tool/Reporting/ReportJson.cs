using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastFence.Tool.Reporting;

/// <summary>JSON of the reports: snake_case names, numbers as numbers, indented.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(ReplayReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Reads a run's report back.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    internal static RunReport ReadRun(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, Default.RunReport) ?? throw new JsonException("The file holds null.");

    /// <summary>The report as JSON text, with a newline at its end.</summary>
    internal static string Write(Report report) => report switch
    {
        RunReport run => JsonSerializer.Serialize(run, Default.RunReport),
        ReplayReport replay => JsonSerializer.Serialize(replay, Default.ReplayReport),
        _ => throw new ArgumentException($"no JSON for {report.GetType().Name}", nameof(report)),
    } + "\n";
}
