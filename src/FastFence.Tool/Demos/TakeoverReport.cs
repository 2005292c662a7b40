using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Demos;

/// <summary>One native poller that was stopped.</summary>
/// <param name="Fences">Emitted in all.</param>
/// <param name="SignaledAfterStop">Signaled after the native poller stood still.</param>
/// <param name="Lost">Never signaled.</param>
/// <param name="SignaledTwice">Second signals.</param>
/// <param name="OverLimit">Retired later than the heartbeat limit after their word was written.</param>
/// <param name="LatestNs">The latest of all, from the word to the look that retired it.</param>
internal sealed record TakeoverFigures(long Fences, long SignaledAfterStop, long Lost, long SignaledTwice, long OverLimit, long LatestNs);

/// <summary>What <c>demo takeover</c> found.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Takeovers">In the order they ran.</param>
internal sealed record TakeoverReport(TakeoverDemoOptions Options, IReadOnlyList<TakeoverFigures> Takeovers)
{
    /// <summary>Fences lost, signaled twice, or late by more than the limit.</summary>
    public long Violations => Takeovers.Sum(static t => t.Lost + t.SignaledTwice + t.OverLimit);

    /// <summary>As text for people.</summary>
    internal void Write(TextWriter writer)
    {
        long[] latest = [.. Takeovers.Select(static t => t.LatestNs).Order()];
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Takeovers.Count} native pollers stopped and replaced; {Units.Count(Takeovers.Sum(static t => t.Fences))} fences, {Units.Count(Takeovers.Sum(static t => t.SignaledAfterStop))} of them signaled after the stop"));
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"lost {Takeovers.Sum(static t => t.Lost)}, signaled twice {Takeovers.Sum(static t => t.SignaledTwice)}, later than the limit of {Options.LimitMilliseconds} ms {Takeovers.Sum(static t => t.OverLimit)}"));
        if (latest.Length != 0)
        {
            writer.WriteLine($"the latest fence of a takeover: median {Units.Time(latest[latest.Length / 2])}, most {Units.Time(latest[^1])}");
        }

        writer.WriteLine(Violations == 0 ? "ok: nobody noticed but by the time" : $"FAILED: {Violations} fences");
        writer.Flush();
    }

    /// <summary>As JSON text, with a newline at its end.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, TakeoverJson.Default.TakeoverReport) + "\n";
}

/// <summary>JSON of the report, in the other reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TakeoverReport))]
internal sealed partial class TakeoverJson : JsonSerializerContext;
