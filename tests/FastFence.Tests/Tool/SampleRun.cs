using System.Collections.Immutable;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tests.Tool;

/// <summary>A run's report with long names, wide ranges and many rows, always the same.</summary>
internal static class SampleRun
{
    private const int Seconds = 20;
    private const int Rows = 7;

    internal static RunReport Make()
    {
        RunReport report = new() { Options = new RunOptions { Seconds = Seconds } };
        report.Seconds = Seconds - 0.4;
        report.FencesCreated = report.FencesSignaled = 93_456_789;
        report.RetireLatencyNs = Latencies(5, 2_000_000);
        report.GracePeriodNs = Latencies(900, 1_500);
        report.Series = [.. Enumerable.Range(1, Seconds).Select(Second)];
        report.Timelines = [.. Enumerable.Range(0, Rows).SelectMany(Lives)];
        report.TimelinesLeftOut = 3;
        return report;
    }

    private static LatencySummary Latencies(long least, int count)
    {
        LatencyRecorder recorder = new();
        for (int power = 0; power < 7; power++)
        {
            recorder.Record(least * (long)Math.Pow(10, power), Math.Max(1, count >> (3 * power)));
            recorder.Record(least * 3 * (long)Math.Pow(10, power), Math.Max(1, count >> (4 * power)));
        }

        return recorder.Summarize();
    }

    private static SecondSample Second(int second) => new(
        second, 4_000_000 + (second * 123_457L), 5000 - (second * 11), 300 + second, 100_000 + second, 2000 + (second * 37), 4000 + (second * 41))
    {
        EndSeconds = second == Seconds ? second - 0.4 : second,
        GracePeriods = 90 + second,
        GraceMeanNs = 600_000 + (second * 1000),
        GraceMaxNs = 2_000_000 + (second * 777_777),
    };

    private static IEnumerable<TimelineLife> Lives(int row) => Enumerable.Range(0, 12).Select(i => new TimelineLife(
        $"driver {row / 2} {(row % 2 == 0 ? "ring 0" : "software")}", (ulong)((row * 100) + i + 1), $"driver-{row:00000000000000000}", $"timeline-{row}-{i}",
        (i * 1.7) - 0.3, (i * 1.7) + 1.4, 10_000L * (row + 1) * (i + 1)));
}
