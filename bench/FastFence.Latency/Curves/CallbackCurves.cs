using FastFence.Latency.Growth;

namespace FastFence.Latency.Curves;

/// <summary>Callbacks on one fence: added, run in order, given back.</summary>
internal static unsafe class CallbackCurves
{
    private const int Most = 10_000;

    // Bags and barriers come once in thousands of nodes: a shorter batch without any would win.
    private const int NodesInBatch = 1 << 15;
    private static long s_ran;

    /// <summary>Measures.</summary>
    public static IReadOnlyList<GrowthCurve> Measure(GrowthPlan plan)
    {
        using GrownEngine engine = new();
        Timeline timeline = engine.NewTimeline("callbacks");
        int[] sizes = [0, .. plan.SizesTo(Most)];
        Warmth.Of(plan, () => Live(timeline, 10, 64));
        Turns turns = new(sizes, plan.Rounds);
        for (int round = 0; round < plan.Rounds; round++)
        {
            turns.TimeUnit(round);
            for (int i = 0; i < sizes.Length; i++)
            {
                int callbacks = sizes[i];
                turns.Time(round, i, plan.Batches, plan.IsSmoke ? 1 : Math.Max(1, NodesInBatch / Math.Max(callbacks, 1)), times => Live(timeline, callbacks, times));
            }
        }

        return
        [
            new GrowthCurve
            {
                Name = "callbacks",
                Title = "A callback on a fence that has many",
                Across = "callbacks of the fence",
                Upwards = "ns a callback (the fence's own life taken off)",
                Unit = "ns",
                Series =
                [
                    GrowthSeries.Of(
                        "add + run + give back", turns, (t, i) => (t[i] - t[0]) / sizes[i], GrowthMust.TimesTheFirst(2, "2 × the first (linear)"), from: 1),
                ],
            },
        ];
    }

    private static void Live(Timeline timeline, int callbacks, int times)
    {
        for (int i = 0; i < times; i++)
        {
            timeline.TryCreateFence(out FenceSource source);
            Fence fence = source.Fence;
            for (int k = 0; k < callbacks; k++)
            {
                fence.AddCallback(&Count, k, out _);
            }

            source.Signal();
            source.Dispose();
        }
    }

    private static void Count(Fence fence, nint state) => s_ran++;
}
