// Percentiles of what two threads do. Same contenders, same harness as the gate: batches in turns, so that a second in which the machine is
// slow is slow for everybody. Single times are recorded where they are known, else means of batches.
using FastFence.Bench.Measuring;
using HdrHistogram;

namespace FastFence.Latency.Latencies;

/// <summary>Measures one row.</summary>
internal static class LatencyRun
{
    private const int OperationsForBytes = 2048;

    // A thousandth of a nanosecond (of ratios: of one) to ten seconds.
    private const double Steps = 1000;
    private const long Highest = 10_000_000_000_000;
    private const int Digits = 3;

    // With fewer times above it a percentile is an anecdote.
    private const int LeastAbove = 10;

    /// <summary>Measures a row that is there, on as many cores as it needs.</summary>
    public static LatencyRow Measure(string group, LatencySubject subject, MeasurePlan plan)
    {
        if (subject.Threads > 1)
        {
            Cores.Pin(0);
        }

        List<Contender> contenders = [];
        try
        {
            contenders.Add(subject.Ours!());
            contenders.AddRange(subject.Peers.Select(static p => p()));
            if (subject.Unit is { } unit)
            {
                contenders.Add(Units.Create(unit));
            }

            LongHistogram[] times = [.. contenders.Select(static _ => new LongHistogram(Highest, Digits))];
            bool[] isSingle = new bool[contenders.Count];
            double[][] blocks = PairedRun.Measure(contenders, plan, (i, cost) =>
            {
                ReadOnlySpan<double> samples = contenders[i].Samples;
                isSingle[i] = !samples.IsEmpty;
                foreach (double sample in samples)
                {
                    Record(times[i], sample);
                }

                if (samples.IsEmpty)
                {
                    Record(times[i], cost);
                }
            });
            return new LatencyRow(group, subject.Operation, subject.IsRatio ? LatencyRow.Times : LatencyRow.Nanoseconds,
                [.. contenders.Select((c, i) => LineOf(c, times[i], isSingle[i], Against(blocks[0], blocks[i]), plan.IsSmoke || subject.IsRatio))]);
        }
        finally
        {
            contenders.ForEach(static c => c.Dispose());
            Cores.Unpin();
        }
    }

    private static LatencyLine LineOf(Contender contender, LongHistogram times, bool isSingle, double against, bool withoutBytes) => new()
    {
        Name = contender.Name,
        PerBatch = !isSingle,
        Samples = times.TotalCount,
        P50 = times.GetValueAtPercentile(50) / Steps,
        P90 = At(times, 90),
        P99 = At(times, 99),
        P999 = isSingle ? At(times, 99.9) : null,
        Max = isSingle ? times.GetMaxValue() / Steps : null,
        OursAgainstIt = against,
        AllocatedBytes = withoutBytes || contender is HandOver ? null : contender.AllocatedInProcess(Math.Max(OperationsForBytes, contender.LeastBatch)),
    };

    private static void Record(LongHistogram times, double value) => times.RecordValue(Math.Clamp((long)(value * Steps), 0, Highest));

    private static double? At(LongHistogram times, double percentile) =>
        times.TotalCount * (100 - percentile) / 100 >= LeastAbove ? times.GetValueAtPercentile(percentile) / Steps : null;

    private static double Against(double[] ours, double[] its)
    {
        double[] sorted = [.. ours.Zip(its, static (o, i) => o / i).Order()];
        return sorted[sorted.Length / 2];
    }
}
