using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastFence.Tool.Demos;

/// <summary>What <c>demo crash</c> found.</summary>
/// <param name="File">The recording, if it stays.</param>
/// <param name="ExitCode">The process's: 128 + the signal that ended it.</param>
/// <param name="Calls">What its threads were inside of.</param>
/// <param name="Named">Those of them that say the right driver and ring, and where the function lies.</param>
internal sealed record CrashReport(string? File, int ExitCode, IReadOnlyList<string> Calls, int Named)
{
    /// <summary>1 when the process did not die, or the callback was not found in its file.</summary>
    public int Violations => ExitCode < 128 || Named != 1 || Calls.Count != 1 ? 1 : 0;

    /// <summary>As text for people.</summary>
    internal void Write(TextWriter writer)
    {
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the process ended with {ExitCode}; its recording says:"));
        foreach (string call in Calls)
        {
            writer.WriteLine($"  {call}");
        }

        writer.WriteLine(Violations == 0 ? "ok: the callback that the process died in is named" : "FAILED: the callback that the process died in is not named");
        writer.Flush();
    }

    /// <summary>As JSON text, with a newline at its end.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, CrashJson.Default.CrashReport) + "\n";
}

/// <summary>JSON of the report, in the other reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CrashReport))]
internal sealed partial class CrashJson : JsonSerializerContext;
