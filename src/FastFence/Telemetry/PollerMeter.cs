using System.Diagnostics.Metrics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Polling;

namespace FastFence.Telemetry;

/// <summary>
/// What the poller does, and what proves that its thread has a core for itself: figures of the kernel and the runtime for that one thread
/// that stay flat while nothing disturbs it.
/// </summary>
internal static unsafe class PollerMeter
{
    private const long FreshNanoseconds = 100_000_000;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<int, (long At, ThreadFigures Figures)> s_read = [];

    /// <summary>Makes the instruments.</summary>
    public static void Make(Meter meter)
    {
        void Rising(string name, string unit, string description, Counter counter) =>
            meter.CreateObservableCounter(name, () => FenceMeter.Of(e => MeteredEngines.Read(e.Block, counter)), unit, description);
        Rising("fastfence.poller.turns", "{turn}", "Turns of the poller.", Counter.PollTurns);
        Rising("fastfence.poller.batches", "{batch}", "Looks at a ring that found something done.", Counter.RetireBatches);
        Rising("fastfence.poller.retired", "{fence}", "Ring positions retired.", Counter.Retired);
        Rising("fastfence.poller.words_refused", "{word}", "Completion words refused: beyond what was emitted, or going back.", Counter.WordsRefused);
        Rising("fastfence.poller.jobs_fed", "{job}", "Jobs that waited for fences and went out.", Counter.JobsFed);
        meter.CreateObservableCounter("fastfence.poller.idle", Idle, "{turn}", "Turns that found nothing, by what the poller did then.");
        meter.CreateObservableGauge("fastfence.poller.pinned", static () => OfThreads(static (_, t, _) => t.IsPinned ? 1 : 0), "1", "1: the poller's thread is pinned as asked.");
        meter.CreateObservableGauge("fastfence.poller.core", static () => OfThreads(static (_, _, f) => f.Core), "1", "The core on which the poller's thread ran last.");
        meter.CreateObservableCounter("fastfence.poller.migrations", static () => OfThreads(static (_, _, f) => f.Migrations), "{migration}", "How often the poller's thread went to another core.");
        meter.CreateObservableCounter("fastfence.poller.switches", Switches, "{switch}", "How often it left its core: by itself to sleep, or because something else ran there.");
        meter.CreateObservableCounter("fastfence.poller.page_faults", Faults, "{fault}", "Page faults of the poller's thread.");
        meter.CreateObservableCounter("fastfence.poller.jit", static () => OfThreads(static (_, t, _) => t.MethodsCompiled), "{method}", "Methods compiled on the poller's thread, as of a turn after the last look.");
        meter.CreateObservableCounter("fastfence.poller.gc.pauses", static () => OfThreads(static (e, _, _) => PollerPauses.Of(e).Count), "{pause}", "Garbage collections since the poller began: a managed one stood still meanwhile, a native one went on.");
        meter.CreateObservableCounter("fastfence.poller.gc.pause_time", static () => Kinds(static e => PollerPauses.Of(e).Time.TotalSeconds), "s", "How long the host was stopped by them.");
    }

    /// <summary>Figures of an engine's polling thread; null when there is none.</summary>
    public static ThreadFigures? Of(IMeteredEngine engine) =>
        engine.PollerThread is { IsAlive: true } && engine.Poller->Cache != null ? Read(engine.Poller->Cache->ThreadId) : null;

    private static List<Measurement<long>> Idle()
    {
        List<Measurement<long>> list = [];
        MeteredEngines.Visit(e =>
        {
            void Add(string how, Counter counter) => list.Add(new Measurement<long>(
                MeteredEngines.Read(e.Block, counter), FenceMeter.Tag(e), new KeyValuePair<string, object?>("fastfence.idle", how)));
            Add("spin", Counter.IdleSpins);
            Add("yield", Counter.IdleYields);
            Add("park", Counter.IdleParks);
        });
        return list;
    }

    private static List<Measurement<long>> Switches() => OfTwo("fastfence.voluntary", "yes", "no", static f => f.Voluntary, static f => f.Involuntary);

    private static List<Measurement<long>> Faults() => OfTwo("fastfence.fault", "minor", "major", static f => f.MinorFaults, static f => f.MajorFaults);

    private static List<Measurement<long>> OfTwo(string tag, string first, string second, Func<ThreadFigures, long> one, Func<ThreadFigures, long> other)
    {
        List<Measurement<long>> list = [];
        Threads((engine, thread, figures) =>
        {
            void Add(string value, long n)
            {
                if (n >= 0)
                {
                    list.Add(new Measurement<long>(n, FenceMeter.Tag(engine), Kind(thread), new KeyValuePair<string, object?>(tag, value)));
                }
            }

            Add(first, one(figures));
            Add(second, other(figures));
        });
        return list;
    }

    // What the kernel does not say is not shown: a 0 would be a claim.
    private static List<Measurement<long>> OfThreads(Func<IMeteredEngine, IPollerThread, ThreadFigures, long> figure)
    {
        List<Measurement<long>> list = [];
        Threads((engine, thread, figures) =>
        {
            if (figure(engine, thread, figures) is >= 0 and long n)
            {
                list.Add(new Measurement<long>(n, FenceMeter.Tag(engine), Kind(thread)));
            }
        });
        return list;
    }

    private static List<Measurement<double>> Kinds(Func<IMeteredEngine, double> figure)
    {
        List<Measurement<double>> list = [];
        Threads((engine, thread, _) => list.Add(new Measurement<double>(figure(engine), FenceMeter.Tag(engine), Kind(thread))));
        return list;
    }

    private static KeyValuePair<string, object?> Kind(IPollerThread thread) => new("fastfence.poller", thread.IsNative ? "native" : "managed");

    private static void Threads(Action<IMeteredEngine, IPollerThread, ThreadFigures> look) => MeteredEngines.Visit(engine =>
    {
        if (Of(engine) is { } figures && engine.PollerThread is { } thread)
        {
            look(engine, thread, figures);
        }
    });

    // One look at the kernel's files serves all instruments of a collection.
    private static ThreadFigures Read(int tid)
    {
        lock (s_lock)
        {
            long now = MonotonicClock.Nanoseconds;
            if (!s_read.TryGetValue(tid, out (long At, ThreadFigures Figures) read) || now - read.At > FreshNanoseconds)
            {
                read = (now, ThreadFigures.Read(tid));
                s_read[tid] = read;
            }

            return read.Figures;
        }
    }
}
