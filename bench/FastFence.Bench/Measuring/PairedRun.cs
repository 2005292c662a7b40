// The interleaving harness. The machine's speed halves and doubles from second to second (a neighbour, a hypervisor, the
// clock), so two things measured one after the other are not comparable. Here batches of 40 µs take turns for a block of some
// 100 ms, and each block yields one minimum a contender: the minima of one block were taken within the same 100 ms, and ratios
// are formed within a block. What a minimum hides: rare costs (Contender.LeastBatch) and the collector's work for peers that
// allocate, which favours the peers.
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>Runs contenders in turns.</summary>
internal static class PairedRun
{
    private const int WarmUpCalls = 64;

    // The runtime looks for methods worth compiling again once no new one has come for 100 ms.
    private const int WarmUpPauseMilliseconds = 130;

    /// <summary>Minima by contender and block, ns an operation.</summary>
    public static double[][] Measure(IReadOnlyList<Contender> contenders, MeasurePlan plan)
    {
        double[][] minima = new double[contenders.Count][];
        int[] batches = new int[contenders.Count];
        WarmUp(contenders, plan);
        for (int i = 0; i < contenders.Count; i++)
        {
            minima[i] = new double[plan.Blocks];
            batches[i] = plan.IsSmoke ? contenders[i].LeastBatch : FindBatch(contenders[i], plan);
        }

        for (int block = 0; block < plan.Blocks; block++)
        {
            MeasureBlock(contenders, batches, minima, block, plan.BlockNanoseconds);
        }

        return minima;
    }

    private static void MeasureBlock(IReadOnlyList<Contender> contenders, int[] batches, double[][] minima, int block, long length)
    {
        for (int i = 0; i < contenders.Count; i++)
        {
            minima[i][block] = double.PositiveInfinity;
        }

        long end = MonotonicClock.Nanoseconds + length;
        do
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                minima[i][block] = Math.Min(minima[i][block], contenders[i].Measure(batches[i]));
            }
        }
        while (MonotonicClock.Nanoseconds < end);
    }

    // Calls, a pause, calls, a pause: compiled with what tiering found out, which is what users run (no AggressiveOptimization).
    private static void WarmUp(IReadOnlyList<Contender> contenders, MeasurePlan plan)
    {
        for (int round = 0; round < plan.WarmUps; round++)
        {
            foreach (Contender contender in contenders)
            {
                long end = MonotonicClock.Nanoseconds + 20_000_000;
                for (int i = 0; i < WarmUpCalls && MonotonicClock.Nanoseconds < end; i++)
                {
                    contender.Measure(Math.Min(64, contender.LeastBatch));
                }
            }

            Thread.Sleep(WarmUpPauseMilliseconds);
        }
    }

    private static int FindBatch(Contender contender, MeasurePlan plan)
    {
        int times = contender.LeastBatch;
        while (times < 1 << 24)
        {
            long best = long.MaxValue;
            for (int i = 0; i < 3; i++)
            {
                long start = MonotonicClock.Nanoseconds;
                contender.Measure(times);
                best = Math.Min(best, MonotonicClock.Nanoseconds - start);
            }

            if (best >= plan.BatchNanoseconds)
            {
                break;
            }

            times *= 2;
        }

        return times;
    }
}
