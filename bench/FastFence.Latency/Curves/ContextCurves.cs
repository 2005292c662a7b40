// Contexts: timelines that stay. Their own names, and one name for all. Made once a round; what making one costs at a size is the fastest
// of the batches made just before it. Bytes are those of the engine's blocks (names among them) and of the managed heap; a context takes its
// block with its first fence, so those before and after that are two series.
using System.Globalization;
using FastFence.Latency.Growth;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Latency.Curves;

/// <summary>Making contexts, keeping them, and using each in turn.</summary>
internal static class ContextCurves
{
    private const int Most = 1_000_000;

    // A million names take half a minute to make.
    private const int MostRounds = 1;
    private const int MadeInBatch = 256;

    // What making fewer takes, or leaves on the managed heap, is less than what a forced collection and the sleeps before it change.
    private const int LeastMade = 1000;
    private const int LivesInBatch = 1 << 13;
    private const int Spells = 4;
    private const int SpellMilliseconds = 60;
    private const string SharedName = "context";

    /// <summary>Measures.</summary>
    public static IReadOnlyList<GrowthCurve> Measure(GrowthPlan plan)
    {
        int[] sizes = plan.SizesTo(Most);
        int rounds = Math.Min(MostRounds, plan.Rounds);
        Contexts own = new(plan, sizes, rounds, shared: false);
        Contexts shared = new(plan, sizes, rounds, shared: true);
        using (GrownEngine engine = new())
        {
            Timeline timeline = engine.NewTimeline("warm");
            Warmth.Of(plan, () => engine.NewTimeline("warm"));
            Warmth.Of(plan, () => Live([timeline], 0, 1000));
        }

        for (int round = 0; round < rounds; round++)
        {
            own.Measure(round);
            shared.Measure(round);
        }

        int many = Math.Max(0, Array.FindIndex(sizes, static n => n >= LeastMade));
        return
        [
            Curve("contexts-made", "Making a context", "ns a context", "ns",
                GrowthSeries.Of("each with a name of its own", own.Making, from: many), GrowthSeries.Of("one name for all", shared.Making, from: many)),
            Curve("contexts-used", "create + signal + release on each context in turn", "ns a fence", "ns",
                GrowthSeries.Of("each with a name of its own", own.Using), GrowthSeries.Of("one name for all", shared.Using)),
            Curve("contexts-kept", "The housekeeper's tick over contexts that do nothing", "µs of CPU a tick (of 10 000 µs)", "µs",
                Bare("each with a name of its own", sizes, own.TickMicroseconds)),
            Curve("context-bytes", "Bytes of a context", "bytes a context", "B",
                Bare("native, with a name of its own", sizes, own.NativeBytes),
                Bare("native, one name for all", sizes, shared.NativeBytes, GrowthMust.Of(64, "64 B + names")),
                Bare("native, one name for all, each has had a fence", sizes, shared.UsedBytes),
                Bare("managed, with a name of its own", sizes[many..], own.ManagedBytes[many..])),
        ];
    }

    private static GrowthCurve Curve(string name, string title, string upwards, string unit, params GrowthSeries[] series) => new()
    {
        Name = name,
        Title = title,
        Across = "contexts of the engine",
        Upwards = upwards,
        Unit = unit,
        IsLogarithmic = true,
        Series = series,
    };

    private static GrowthSeries Bare(string name, int[] sizes, double[] values, GrowthMust? must = null) => new()
    {
        Name = name,
        Sizes = sizes,
        Values = values,
        Must = must,
    };

    private static int Live(List<Timeline> timelines, int at, int times)
    {
        for (int i = 0; i < times; i++)
        {
            timelines[at].TryCreateFence(out FenceSource source);
            source.Signal();
            source.Dispose();
            at = at + 1 == timelines.Count ? 0 : at + 1;
        }

        return at;
    }

    private sealed class Contexts(GrowthPlan plan, int[] sizes, int rounds, bool shared)
    {
        public Turns Making { get; } = new(sizes, rounds);

        public Turns Using { get; } = new(sizes, rounds);

        public double[] NativeBytes { get; } = new double[sizes.Length];

        public double[] UsedBytes { get; } = new double[sizes.Length];

        public double[] ManagedBytes { get; } = new double[sizes.Length];

        public double[] TickMicroseconds { get; } = new double[sizes.Length];

        public void Measure(int round)
        {
            Making.TimeUnit(round);
            Using.TimeUnit(round);
            using GrownEngine engine = new();
            List<Timeline> timelines = new(sizes[^1]);
            Live([engine.NewTimeline(SharedName)], 0, LivesInBatch); // what is taken once, the shared name too, is no context's
            long managed = GC.GetTotalMemory(forceFullCollection: true);
            long native = BlockHeap.LiveBytes;
            int at = 0;
            for (int i = 0; i < sizes.Length; i++)
            {
                int unused = timelines.Count;
                long before = BlockHeap.LiveBytes;
                while (timelines.Count < sizes[i])
                {
                    int batch = Math.Min(MadeInBatch, sizes[i] - timelines.Count);
                    long start = MonotonicClock.Nanoseconds;
                    Make(engine, timelines, batch);
                    if (timelines.Count > sizes[i] * 3L / 4)
                    {
                        Making.Add(round, i, (double)(MonotonicClock.Nanoseconds - start) / batch);
                    }
                }

                NativeBytes[i] = (double)(BlockHeap.LiveBytes - before) / (sizes[i] - unused);
                ManagedBytes[i] = (double)(GC.GetTotalMemory(forceFullCollection: true) - managed) / sizes[i];
                engine.PublishClock();
                Live(timelines, unused, sizes[i] - unused);
                UsedBytes[i] = (double)(BlockHeap.LiveBytes - native) / sizes[i];
                Using.Time(round, i, plan.Batches, plan.IsSmoke ? 16 : LivesInBatch, times => at = Live(timelines, at % timelines.Count, times));
                if (!shared)
                {
                    MeasureTick(engine, i);
                }
            }
        }

        private void Make(GrownEngine engine, List<Timeline> timelines, int count)
        {
            for (int i = 0; i < count; i++)
            {
                timelines.Add(engine.NewTimeline(
                    shared ? SharedName : string.Create(CultureInfo.InvariantCulture, $"context-{timelines.Count:D7}")));
            }
        }

        private void MeasureTick(GrownEngine engine, int i)
        {
            for (int spell = 0; spell < (plan.IsSmoke ? 1 : Spells); spell++)
            {
                double tick = TickOf(engine);
                TickMicroseconds[i] = TickMicroseconds[i] == 0 ? tick : Math.Min(TickMicroseconds[i], tick);
            }
        }

        // Nothing else of this process runs meanwhile.
        private static double TickOf(GrownEngine engine)
        {
            ulong ticks = engine.Engine.HousekeeperTicks;
            TimeSpan used = Environment.CpuUsage.TotalTime;
            Thread.Sleep(SpellMilliseconds);
            while (engine.Engine.HousekeeperTicks == ticks)
            {
                Thread.Sleep(10);
            }

            return (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / (engine.Engine.HousekeeperTicks - ticks);
        }
    }
}
