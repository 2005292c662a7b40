// Histograms stand in native memory, where the poller and the reclaimer write them: buckets with counts. An instrument of .NET wants single
// values. Once a second, while somebody listens, what has come since is handed on.
using System.Diagnostics.Metrics;
using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>
/// Hands native histograms to the meter's. At most <see cref="MostValues"/> values a second and engine: where there were more, so many
/// are drawn from them at even ranks, so percentiles hold while count and sum are those of the draw. On a pool thread.
/// </summary>
internal static unsafe class HistogramFeed
{
    /// <summary>Values handed on for one histogram and time; all of them while there are not more.</summary>
    public const int MostValues = 4096;

    private static readonly Histogram<double> s_latency = FenceMeter.Histogram(
        "fastfence.retire.latency", "s", "From the device's completion to the signal, of rings that keep completion times.");

    private static readonly Histogram<double> s_batch = FenceMeter.Histogram("fastfence.retire.batch", "{fence}", "Positions retired from a ring at one look.");

    private static readonly Histogram<double> s_grace = FenceMeter.Histogram(
        "fastfence.grace.duration", "s", "Grace periods, as one a tick of the reclaimer finds them while any are asked for.");

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<(ulong Engine, int Which), long[]> s_fed = [];
    private static Timer? s_timer;

    /// <summary>Begins to look once a second.</summary>
    public static void Start()
    {
        lock (s_lock)
        {
            s_timer ??= new Timer(static _ => Feed(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Hands on what has come since the last time. What came while nobody listened is left out.</summary>
    public static void Feed()
    {
        lock (s_lock)
        {
            MeteredEngines.Visit(static e =>
            {
                if (e.Poller != null)
                {
                    Feed(e, 0, &e.Poller->Latency, s_latency, 1e-9);
                    Feed(e, 1, &e.Poller->BatchSizes, s_batch, 1);
                }

                Feed(e, 2, &e.Block->Graces, s_grace, 1e-9);
            });
        }
    }

    private static void Feed(IMeteredEngine engine, int which, LatencyCells* cells, Histogram<double> histogram, double scale)
    {
        if (!s_fed.TryGetValue((engine.Serial, which), out long[]? fed))
        {
            fed = s_fed[(engine.Serial, which)] = new long[LatencyCells.BucketCount];
        }

        Span<long> fresh = stackalloc long[LatencyCells.BucketCount];
        long all = 0;
        for (int i = 0; i < fed.Length; i++)
        {
            long count = (long)cells->Read(i);
            fresh[i] = i == 0 && which == 1 ? 0 : count - fed[i]; // an empty look is no batch
            fed[i] = count;
            all += fresh[i];
        }

        if (histogram.Enabled && all != 0)
        {
            Hand(engine, fresh, all, histogram, scale);
        }
    }

    private static void Hand(IMeteredEngine engine, ReadOnlySpan<long> fresh, long all, Histogram<double> histogram, double scale)
    {
        KeyValuePair<string, object?> tag = FenceMeter.Tag(engine);
        Draw(fresh, all, value => histogram.Record(value * scale, tag));
    }

    /// <summary>All values, or as many as there may be, at even ranks.</summary>
    internal static void Draw(ReadOnlySpan<long> buckets, long all, Action<long> hand)
    {
        long drawn = Math.Min(all, MostValues);
        long rank = 0, next = 0;
        for (int i = 0; i < buckets.Length; i++)
        {
            // The k-th drawn one has rank k * all / drawn: in the middle of its share of the ranks.
            rank += buckets[i];
            for (; next < drawn && ((2 * next) + 1) * all / (2 * drawn) < rank; next++)
            {
                hand(LatencyCells.ValueOf(i));
            }
        }
    }

    /// <summary>An engine has gone.</summary>
    public static void Forget(ulong engine)
    {
        lock (s_lock)
        {
            for (int which = 0; which < 3; which++)
            {
                s_fed.Remove((engine, which));
            }
        }
    }
}
