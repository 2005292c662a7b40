// The interleaving harness. The machine's speed halves and doubles from second to second (a neighbour, a hypervisor, the
// clock), so two things measured one after the other are not comparable. Here batches of 40 µs take turns for a block of some
// 100 ms, and each block yields one minimum a contender: the figures of one block were taken within the same 100 ms, and ratios
// are formed within a block. What a minimum hides: rare costs (Contender.LeastBatch) and the collector's work for peers that
// allocate, which favours the peers.
using System.Runtime;
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>Runs contenders in turns.</summary>
internal static class PairedRun
{
    private const int WarmUpCalls = 64;
    private const long WarmUpNanoseconds = 20_000_000;
    private const int QuietRounds = 2;
    private const int MostWarmUps = 20;

    // Each turn has an order of its own: in a fixed one the same contender always came after the same other, and inherited what
    // that one left (a partner still spinning, a pool asleep).
    private static uint s_drawn = 1;

    // The runtime looks for methods worth compiling again once no new one has come for 100 ms.
    private const int WarmUpPauseMilliseconds = 130;

    /// <summary>Minima (of hand-overs: medians) by contender and block, ns an operation.</summary>
    /// <param name="contenders">What takes turns.</param>
    /// <param name="plan">How long.</param>
    /// <param name="measured">Told of each batch that counts: whose it was, and its cost.</param>
    public static double[][] Measure(IReadOnlyList<Contender> contenders, MeasurePlan plan, Action<int, double>? measured = null)
    {
        double[][] blocks = new double[contenders.Count][];
        int[] batches = new int[contenders.Count];
        WarmUp(contenders, plan);
        for (int i = 0; i < contenders.Count; i++)
        {
            blocks[i] = new double[plan.Blocks];
            batches[i] = plan.IsSmoke ? contenders[i].LeastBatch : FindBatch(contenders[i], plan);
        }

        for (int block = 0; block < plan.Blocks; block++)
        {
            MeasureBlock(contenders, batches, blocks, block, plan.BlockNanoseconds, measured);
        }

        return blocks;
    }

    private static void MeasureBlock(
        IReadOnlyList<Contender> contenders, int[] batches, double[][] blocks, int block, long length, Action<int, double>? measured)
    {
        List<double>[] batchCosts = [.. contenders.Select(_ => new List<double>())];
        int[] order = [.. Enumerable.Range(0, contenders.Count)];
        long end = MonotonicClock.Nanoseconds + length;
        do
        {
            Shuffle(order);
            foreach (int i in order)
            {
                double cost = contenders[i].Measure(batches[i]);
                batchCosts[i].Add(cost);
                measured?.Invoke(i, cost);
            }
        }
        while (MonotonicClock.Nanoseconds < end);
        for (int i = 0; i < contenders.Count; i++)
        {
            blocks[i][block] = contenders[i].Typical(batchCosts[i]);
        }
    }

    private static void Shuffle(int[] order)
    {
        for (int last = order.Length - 1; last > 0; last--)
        {
            s_drawn = (s_drawn * 1664525) + 1013904223; // Numerical Recipes' generator; its high bits are good enough for turns
            int other = (int)((s_drawn >> 16) % (uint)(last + 1));
            (order[last], order[other]) = (order[other], order[last]);
        }
    }

    // Calls, a pause, calls, a pause: compiled with what tiering found out, which is what users run (no AggressiveOptimization).
    // On a busy machine the runtime's compiling thread comes late, so it goes on until two rounds brought no new code.
    private static void WarmUp(IReadOnlyList<Contender> contenders, MeasurePlan plan)
    {
        int quiet = 0;
        for (int round = 0; !plan.IsSmoke && (round < plan.WarmUps || quiet < QuietRounds) && round < MostWarmUps; round++)
        {
            long compiled = JitInfo.GetCompiledMethodCount();
            foreach (Contender contender in contenders)
            {
                long end = MonotonicClock.Nanoseconds + WarmUpNanoseconds;
                for (int i = 0; i < WarmUpCalls && MonotonicClock.Nanoseconds < end; i++)
                {
                    contender.Measure(Math.Min(64, contender.LeastBatch));
                }
            }

            Thread.Sleep(WarmUpPauseMilliseconds);
            quiet = JitInfo.GetCompiledMethodCount() == compiled ? quiet + 1 : 0;
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
