// Idle rings in a poller's turn, stepped by hand. What an empty turn costs (a lock, going online) is taken off, so a ring's share is what
// a poller with a thread of its own pays, too.
using System.Runtime.InteropServices;
using FastFence.Latency.Growth;

namespace FastFence.Latency.Curves;

/// <summary>Turns over idle rings.</summary>
internal static unsafe class RingCurves
{
    private const int Most = 10_000;

    // Ring looks in a batch.
    private const int LooksInBatch = 1 << 15;

    /// <summary>Measures.</summary>
    public static IReadOnlyList<GrowthCurve> Measure(GrowthPlan plan)
    {
        int[] sizes = [0, .. plan.SizesTo(Most)];
        using (GrownEngine engine = new())
        {
            AddRings(engine, 0, 10, 0);
            Warmth.Of(plan, () => Turn(engine, 1000));
        }

        Turns own = new(sizes, plan.Rounds);
        Turns packed = new(sizes, plan.Rounds);
        ulong* words = (ulong*)NativeMemory.AlignedAlloc((nuint)Most * sizeof(ulong), 128);
        for (int round = 0; round < plan.Rounds; round++)
        {
            own.TimeUnit(round);
            packed.TimeUnit(round);
            MeasureRound(plan, own, round, 0);
            NativeMemory.Clear(words, (nuint)Most * sizeof(ulong));
            MeasureRound(plan, packed, round, (nint)words);
        }

        NativeMemory.AlignedFree(words); // every engine that knew it has been disposed
        return
        [
            new GrowthCurve
            {
                Name = "rings",
                Title = "An idle ring in a poller's turn",
                Across = "rings of the poller",
                Upwards = "ns a ring (an empty turn taken off)",
                Unit = "ns",
                Series =
                [
                    Series("the engine's completion words", own),
                    Series("words packed by the device", packed),
                ],
            },
        ];
    }

    private static GrowthSeries Series(string name, Turns turns) => GrowthSeries.Of(
        name, turns, (t, i) => (t[i] - t[0]) / turns.Sizes[i], GrowthMust.Nanoseconds(1), from: 1);

    private static void MeasureRound(GrowthPlan plan, Turns turns, int round, nint words)
    {
        using GrownEngine engine = new();
        int rings = 0;
        for (int i = 0; i < turns.Sizes.Length; i++)
        {
            AddRings(engine, rings, turns.Sizes[i], words);
            rings = turns.Sizes[i];
            turns.Time(round, i, plan.Batches, plan.IsSmoke ? 1 : Math.Max(4, LooksInBatch / Math.Max(rings, 16)), times => Turn(engine, times));
        }
    }

    private static void AddRings(GrownEngine engine, int from, int to, nint words)
    {
        for (int i = from; i < to; i++)
        {
            engine.Engine.CreateRing("idle", new RingOptions
            {
                Capacity = 2,
                Watchdog = Timeout.InfiniteTimeSpan,
                CompletionWord = words == 0 ? 0 : words + (i * sizeof(ulong)),
            });
        }
    }

    private static void Turn(GrownEngine engine, int times)
    {
        FencePoller poller = engine.Engine.Poller;
        for (int i = 0; i < times; i++)
        {
            poller.DoWork();
        }
    }
}
