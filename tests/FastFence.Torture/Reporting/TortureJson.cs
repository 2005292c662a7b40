using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Torture.Litmuses;

namespace FastFence.Torture.Reporting;

/// <summary>JSON of the reports: snake_case names, numbers as numbers, indented.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TortureReport))]
[JsonSerializable(typeof(LitmusReport))]
internal sealed partial class TortureJson : JsonSerializerContext
{
    internal static string Write(TortureReport report) => JsonSerializer.Serialize(report, Default.TortureReport) + "\n";

    internal static string Write(LitmusReport report) => JsonSerializer.Serialize(report, Default.LitmusReport) + "\n";
}
