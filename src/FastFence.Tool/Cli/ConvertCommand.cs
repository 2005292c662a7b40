using System.Globalization;
using FastFence.Telemetry;
using FastFence.Tool.Captures;
using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>convert</c>.</summary>
internal static class ConvertCommand
{
    /// <summary>Writes the trace, says what it holds and what it could not hold, and gives the exit code.</summary>
    internal static int Execute(ConvertOptions options, Capture capture, TextWriter human)
    {
        TraceLog log = CaptureTrace.Of(capture, out long skippedRows);
        long skippedEvents = TraceFile.Write(log, options.Format, options.Output);
        human.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{options.Output}: {log.Events.Count - skippedEvents} events of {log.Events.Select(static e => e.Context).Distinct().Count()} contexts"));
        if (skippedRows + skippedEvents != 0)
        {
            human.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"left out: {skippedRows} rows without a fence, {skippedEvents} events that the format has no place for"));
        }

        return ExitCodes.Ok;
    }
}
