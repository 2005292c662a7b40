using System.Globalization;

namespace FastFence.Platform;

internal static partial class MachineFacts
{
    private const int Batches = 15;

    // A batch lasts some 2 ms: long against reading the clock, short against a scheduler's slice, so that the median
    // batch was not preempted.
    private const long BatchNanoseconds = 2_000_000;

    // From here on a clock read is not answered from user space any more; the vDSO takes 20 to 60 ns.
    private const double SlowClockNanoseconds = 150;

    private static void AddCosts(List<MachineFact> facts)
    {
        WarmUp();
        foreach ((string name, Action<int> run) in Operations)
        {
            (double median, double best) = Measure(run);

            // Both: where they lie apart, other programs were running, and the figures say more about them.
            string value = string.Create(CultureInfo.InvariantCulture, $"{median:0.0} ns (best {best:0.0})");
            facts.Add(run == ReadClock && best > SlowClockNanoseconds
                ? Note($"Cost of a {name}", value, "reading the clock leaves user space: see the clock source")
                : Ok($"Cost of a {name}", value));
        }
    }

    // The runtime begins to count calls once no new method has come for 100 ms, and compiles what was called 30 times from
    // then on once more, optimised: hence calls, a pause, calls, a pause. Demanding optimised code at once
    // (AggressiveOptimization) would give it without the facts that tiering finds: not what the engine runs.
    private static void WarmUp()
    {
        for (int round = 0; round < 2; round++)
        {
            foreach ((_, Action<int> run) in Operations)
            {
                for (int i = 0; i < 64; i++)
                {
                    run(16);
                }
            }

            Thread.Sleep(150);
        }
    }

    /// <summary>The ns for one operation in the median and in the best batch.</summary>
    internal static (double Median, double Best) Measure(Action<int> run)
    {
        // Doubling finds a batch's length and warms up code and caches on the way.
        int times = 16;
        while (Time(run, times) < BatchNanoseconds && times < 1 << 28)
        {
            times *= 2;
        }

        double[] costs = new double[Batches];
        for (int i = 0; i < Batches; i++)
        {
            costs[i] = (double)Time(run, times) / times;
        }

        Array.Sort(costs);
        return (costs[Batches / 2], costs[0]);
    }

    private static long Time(Action<int> run, int times)
    {
        long start = MonotonicClock.Nanoseconds;
        run(times);
        return MonotonicClock.Nanoseconds - start;
    }
}
