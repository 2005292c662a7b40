// What it costs to be seen, in one run: single operations by the gate's harness, then the throughput of whole runs, watched in different ways
// that take turns. Ratios are formed within a round: the machine's speed differs from one to the next.
using System.Globalization;
using System.Text.Json;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;

namespace FastFence.Bench.Costs;

/// <summary>The verb <c>costs</c>.</summary>
internal static class CostTable
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Measures, prints, and gives the exit code: the gate's, of the rows that have a must.</summary>
    public static int Run(MeasurePlan plan, int rounds, double seconds, FileInfo? json, TextWriter output)
    {
        GateRow[] rows = [.. TraceRows.All, .. EventRows.All];
        IReadOnlyList<GateResult> results = Gate.Measure(rows, plan, output, out Noise noise);
        double[][] speeds = Throughput(plan.IsSmoke ? 1 : rounds, plan.IsSmoke ? 0.5 : seconds, plan.IsSmoke, output);
        if (json != null && !plan.IsSmoke)
        {
            using FileStream stream = json.Create();
            JsonSerializer.Serialize(stream, new
            {
                LockedRmwNanoseconds = noise.Describe(),
                Operations = results.Select(static r => new { r.Row.Operation, Nanoseconds = r.OursNanoseconds, r.UnitNanoseconds, r.AllocatedBytes }),
                Runs = WatchedRun.All.Select((w, i) => new { w.Name, FencesPerSecond = speeds[i] }),
            }, s_options);
        }

        return ExitCodes.For([.. results]);
    }

    // By way and round.
    private static double[][] Throughput(int rounds, double seconds, bool smoke, TextWriter output)
    {
        double[][] speeds = [.. WatchedRun.All.Select(_ => new double[rounds])];
        long[] bytes = new long[speeds.Length];
        for (int round = 0; round < rounds; round++)
        {
            for (int turn = 0; turn < speeds.Length; turn++)
            {
                int way = (round + turn) % speeds.Length; // not always after the same other
                (speeds[way][round], long heard) = WatchedRun.All[way].Execute(seconds);
                bytes[way] += heard;
                if (heard == 0 && WatchedRun.All[way].Listen != null)
                {
                    throw new InvalidOperationException($"{WatchedRun.All[way].Name}: the listener heard nothing.");
                }
            }
        }

        output.WriteLine();
        output.WriteLine(smoke
            ? "fastfence run was watched in every way, for too short a time to measure anything"
            : string.Create(CultureInfo.InvariantCulture, $"fastfence run --seconds {seconds}, {rounds} rounds in turns: median of the rounds, ratio within rounds (smallest to largest)"));
        for (int way = 0; way < speeds.Length && !smoke; way++)
        {
            double[] ratios = [.. speeds[way].Select((s, round) => s / speeds[0][round]).Order()];
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{WatchedRun.All[way].Name,-36} {speeds[way].Order().ElementAt(rounds / 2) / 1e6,7:0.000} M fences/s   {ratios[rounds / 2],5:0.00}× ({ratios[0]:0.00} to {ratios[^1]:0.00})   {bytes[way] / rounds / 1e6,7:0.0} MB heard"));
        }

        return speeds;
    }
}
