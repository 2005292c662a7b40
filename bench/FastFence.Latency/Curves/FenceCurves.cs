// So many fences in flight: each step creates one, signals the oldest and releases it, so what is signaled was touched that many
// fences ago. Filled once a round, measured at each size on the way.
using FastFence.Latency.Growth;
using FastFence.Memory;

namespace FastFence.Latency.Curves;

/// <summary>Lives of fences, with many pending.</summary>
internal static unsafe class FenceCurves
{
    private const int Most = 10_000_000;

    // Sealed bags and an advance with its barrier lie in each batch, as in the gate's rows.
    private const int FencesInBatch = 1 << 13;
    private const int MostShuffled = 3;

    /// <summary>Measures.</summary>
    public static IReadOnlyList<GrowthCurve> Measure(GrowthPlan plan)
    {
        int[] sizes = plan.SizesTo(Most);
        Turns open = new(sizes, plan.Rounds);
        Turns inHand = new(sizes, plan.Rounds);
        Turns shuffled = new(sizes, Math.Min(MostShuffled, plan.Rounds));
        Turns huge = new(sizes, Math.Min(MostShuffled, plan.Rounds));
        double[] bytes = new double[sizes.Length];
        using (FenceWindow warm = new(1000))
        {
            warm.Grow(1000);
            Warmth.Of(plan, () => warm.Live(1000));
            Warmth.Of(plan, () => warm.LiveInHand(1000));
        }

        for (int round = 0; round < plan.Rounds; round++)
        {
            MeasureOrdered(plan, round, open, inHand, bytes);
            if (round < shuffled.Rounds.Count)
            {
                MeasureShuffled(plan, round, shuffled, hugePages: false);
                MeasureShuffled(plan, round, huge, hugePages: true);
            }
        }

        double most = 3 * open.Best[0];
        return
        [
            new GrowthCurve
            {
                Name = "fences",
                Title = "create + signal + release with many fences in flight",
                Across = "fences pending on the timeline",
                Upwards = "ns a fence",
                Unit = "ns",
                Series =
                [
                    GrowthSeries.Of("slots in order", open, must: GrowthMust.Of(most, "3 × in order at 1")),
                    GrowthSeries.Of("the same, thread in hand", inHand, must: GrowthMust.TimesTheFirst(3, "3 × at 1")),
                    GrowthSeries.Of("slots shuffled", shuffled, must: GrowthMust.Of(most, "3 × in order at 1")),
                    GrowthSeries.Of("shuffled, huge pages", huge, must: GrowthMust.Of(most, "3 × in order at 1")),
                ],
            },
            new GrowthCurve
            {
                Name = "fence-bytes",
                Title = "Bytes of slabs for a fence in flight",
                Across = "fences pending",
                Upwards = "bytes a fence (engine statistics: slabs / pending)",
                Unit = "B",
                IsLogarithmic = true,
                Series =
                [
                    new GrowthSeries
                    {
                        Name = "slabs taken / fences pending",
                        Sizes = sizes,
                        Values = bytes,
                    },
                    new GrowthSeries
                    {
                        Name = "a fence's slot",
                        Sizes = sizes,
                        Values = [.. sizes.Select(static _ => (double)sizeof(Fences.FenceSlot))],
                        Must = GrowthMust.Of(Reservation.FenceBytes, "64 B"),
                    },
                ],
            },
        ];
    }

    private static void MeasureOrdered(GrowthPlan plan, int round, Turns open, Turns inHand, double[] bytes)
    {
        open.TimeUnit(round);
        inHand.TimeUnit(round);
        using FenceWindow window = new(open.Sizes[^1]);
        for (int i = 0; i < open.Sizes.Length; i++)
        {
            window.Grow(open.Sizes[i]);
            bytes[i] = (double)window.Engine.GetStatistics().CommittedBytes / open.Sizes[i];
            for (int batch = 0; batch < plan.Batches; batch++)
            {
                int times = plan.IsSmoke ? 16 : FencesInBatch;
                open.Time(round, i, 1, times, window.Live);
                inHand.Time(round, i, 1, times, window.LiveInHand);
            }
        }
    }

    private static void MeasureShuffled(GrowthPlan plan, int round, Turns shuffled, bool hugePages)
    {
        shuffled.TimeUnit(round);
        using FenceWindow window = new(shuffled.Sizes[^1], hugePages);
        window.Shuffle(shuffled.Sizes[^1]);
        for (int i = 0; i < shuffled.Sizes.Length; i++)
        {
            window.Grow(shuffled.Sizes[i]);
            shuffled.Time(round, i, plan.Batches, plan.IsSmoke ? 16 : FencesInBatch, window.Live);
        }
    }
}
