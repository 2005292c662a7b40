// p50 and p99 of what the gate judges by p50 or minimum. Same contenders, same harness: batches in turns, so that a second in which
// the machine is slow is slow for everybody. Single times are recorded where they are known (hand-overs), else means of batches.
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using HdrHistogram;

namespace FastFence.Bench.Latencies;

/// <summary>Measures one row.</summary>
internal static class LatencyRun
{
    private const int OperationsForBytes = 2048;

    // A tenth of a nanosecond to ten seconds.
    private const double Steps = 10;
    private const long Highest = 100_000_000_000;
    private const int Digits = 3;

    /// <summary>Measures a row of the gate's; null where it needs a second core and there is none.</summary>
    public static LatencyRow? Measure(GateRow row, MeasurePlan plan)
    {
        if (row.Threads > 1 && !Cores.AreTwo)
        {
            return null;
        }

        if (row.Threads > 1)
        {
            Cores.Pin(0);
        }

        List<Contender> contenders = [];
        try
        {
            contenders.Add(row.Ours!());
            contenders.AddRange(row.Peers.Select(p => p()));
            if (row is { Threads: > 1, Must: { } must })
            {
                contenders.Add(Units.Create(must.Unit));
            }

            LongHistogram[] times = [.. contenders.Select(_ => new LongHistogram(Highest, Digits))];
            bool single = false;
            double[][] blocks = PairedRun.Measure(contenders, plan, (i, cost) =>
            {
                ReadOnlySpan<double> samples = contenders[i].Samples;
                single |= !samples.IsEmpty;
                foreach (double sample in samples)
                {
                    Record(times[i], sample);
                }

                if (samples.IsEmpty)
                {
                    Record(times[i], cost);
                }
            });
            LatencyLine LineOf(Contender contender, int i) => new(
                contender.Name, At(times[i], 50), At(times[i], 99), times[i].TotalCount, Median(blocks[0].Zip(blocks[i], (ours, its) => ours / its)),
                contender is HandOver ? null : contender.AllocatedInProcess(Math.Max(OperationsForBytes, contender.LeastBatch)));

            return new LatencyRow(row.Operation, !single, [.. contenders.Select(LineOf)]);
        }
        finally
        {
            contenders.ForEach(c => c.Dispose());
            Cores.Unpin();
        }
    }

    private static void Record(LongHistogram times, double ns) => times.RecordValue(Math.Clamp((long)(ns * Steps), 0, Highest));

    private static double At(LongHistogram times, double percentile) => times.GetValueAtPercentile(percentile) / Steps;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
