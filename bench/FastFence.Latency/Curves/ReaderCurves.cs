// Readers that are registered and idle: each has opened a section once and sleeps, without having said that it rests. A grace period is one process-wide
// barrier, when anybody but the caller is registered, and one look at each record; the barrier alone takes turns with it. Records are never given back, so sizes only grow and a process measures
// them once; rounds repeat at each size.
using FastFence.Latency.Growth;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Latency.Curves;

/// <summary>Grace periods over registered readers.</summary>
internal static unsafe class ReaderCurves
{
    private const int Most = 256;
    private const int LeastJudged = 8;
    private const int GraceInBatch = 256;
    private const int StackBytes = 256 << 10;

    /// <summary>Measures.</summary>
    public static IReadOnlyList<GrowthCurve> Measure(GrowthPlan plan)
    {
        int[] sizes = plan.IsSmoke ? [1, 4] : [1, 2, 4, 8, 16, 32, 64, 128, Most];
        GracePeriod.Synchronize();
        int before = (int)Domain.Process->RecordCount;
        sizes = [.. sizes.Select(n => Math.Max(n, before)).Distinct()];
        Warmth.Of(plan, () => Synchronize(GraceInBatch));
        Turns whole = new(sizes, plan.Rounds);
        Turns barrier = new(sizes, plan.Rounds);
        using ManualResetEventSlim end = new();
        List<Thread> threads = [];
        for (int i = 0; i < sizes.Length; i++)
        {
            while (Domain.Process->RecordCount < sizes[i])
            {
                threads.Add(StartReader(end));
            }

            for (int round = 0; round < plan.Rounds; round++)
            {
                whole.TimeUnit(round);
                for (int batch = 0; batch < plan.Batches; batch++)
                {
                    whole.Time(round, i, 1, GraceInBatch, Synchronize);
                    barrier.Time(round, i, 1, GraceInBatch, Barrier);
                }
            }
        }

        end.Set();
        threads.ForEach(static t => t.Join());
        return [PerReader(whole, barrier), Whole(whole, barrier)];
    }

    private static GrowthCurve PerReader(Turns whole, Turns barrier)
    {
        // Scans alone, so that a barrier that was slow at one size is no reader's cost; against the least size that has one. From eight readers on: what
        // fewer take is less than a barrier varies by.
        int from = Array.FindIndex(whole.Sizes, n => n >= LeastJudged);
        int least = whole.Sizes[0] == 1 && whole.Sizes.Length > 2 ? 1 : 0;
        from = Math.Max(from, least + 1);
        double PerReader(double[] w, double[] b, int i) => (w[i] - b[i] - (w[least] - b[least])) / (whole.Sizes[i] - whole.Sizes[least]);
        return new GrowthCurve
        {
            Name = "readers",
            Title = "Grace period: what one more registered reader costs",
            Across = "registered readers, idle",
            Upwards = "ns a reader, barrier taken off",
            Unit = "ns",
            Series =
            [
                new GrowthSeries
                {
                    Name = "scan, a reader more",
                    Sizes = whole.Sizes[from..],
                    Values = [.. Enumerable.Range(from, whole.Sizes.Length - from).Select(i => PerReader(whole.Best, barrier.Best, i))],
                    Rounds = [.. whole.Rounds.Select((w, r) => (double[])[.. Enumerable.Range(from, whole.Sizes.Length - from).Select(i => PerReader(w, barrier.Rounds[r], i))])],
                    Units = whole.Units,
                    Must = GrowthMust.Nanoseconds(20),
                },
            ],
        };
    }

    private static GrowthCurve Whole(Turns whole, Turns barrier) => new()
    {
        Name = "grace-period",
        Title = "Grace period, whole",
        Across = "registered readers, idle",
        Upwards = "ns",
        Unit = "ns",
        Series = [GrowthSeries.Of("GracePeriod.Synchronize", whole), GrowthSeries.Of("the process-wide barrier in it", barrier)],
    };

    private static Thread StartReader(ManualResetEventSlim end)
    {
        using ManualResetEventSlim registered = new();
        Thread thread = new(
            () =>
            {
                AccessToken token = default;
                AccessSection.Begin(ref token).Dispose();
                registered.Set();
                end.Wait();
            },
            StackBytes)
        {
            Name = "reader",
        };
        thread.Start();
        registered.Wait();
        return thread;
    }

    private static void Synchronize(int times)
    {
        for (int i = 0; i < times; i++)
        {
            GracePeriod.Synchronize();
        }
    }

    private static void Barrier(int times)
    {
        for (int i = 0; i < times; i++)
        {
            ProcessBarrier.Issue();
        }
    }
}
