using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Demos;

/// <summary>What <c>demo signals</c> found.</summary>
internal sealed class SignalReport : JudgedReport
{
    public required SignalDemoOptions Options { get; init; }

    /// <summary>Fences signaled between the marks.</summary>
    public long Signals { get; init; }

    /// <summary>Time between the marks, waits for a sleeper to fall asleep included.</summary>
    public double Seconds { get; init; }

    /// <summary>Wakes that the signals issued, by the engine's count.</summary>
    public long WakeCalls { get; init; }

    /// <summary>Threads that were asleep when their fence was signaled, and came back.</summary>
    public long Woken { get; init; }

    /// <summary>As text for people.</summary>
    internal void Write(TextWriter writer)
    {
        writer.WriteLine($"signals     {Units.Count(Signals)}");
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seconds     {Seconds:0.000}"));
        writer.WriteLine($"wake calls  {Units.Count(WakeCalls)}");
        writer.WriteLine($"woken       {Units.Count(Woken)}");
        WriteViolations(writer);

        writer.WriteLine(Violations == 0 ? "ok: one wake for each sleeper, none for the rest" : $"FAILED: {Units.Count(Violations)} violations");
        writer.Flush();
    }

    /// <summary>As JSON text, with a newline at its end.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, SignalJson.Default.SignalReport) + "\n";
}

/// <summary>JSON of the report, in the other reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SignalReport))]
internal sealed partial class SignalJson : JsonSerializerContext;
