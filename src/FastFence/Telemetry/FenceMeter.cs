// The meter "FastFence". Nothing is pushed: every figure is a sum over native cells that is made when a listener asks, on its thread, so an
// engine pays the same whether somebody listens or not. Only histograms have to be fed (HistogramFeed).
using System.Diagnostics.Metrics;
using FastFence.Memory;
using FastFence.Polling;

namespace FastFence.Telemetry;

/// <summary>Instruments of every engine of the process; made with the first engine.</summary>
internal static unsafe class FenceMeter
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "FastFence";

    /// <summary>Which engine, where there are several.</summary>
    public const string EngineTag = "fastfence.engine";

    private static readonly Meter s_meter = new(Name, typeof(FenceMeter).Assembly.GetName().Version?.ToString(3));
    private static readonly bool s_made = Make();

    /// <summary>Makes the instruments at the first call.</summary>
    public static void Start()
    {
        _ = s_made;
        _ = FenceEventSource.Log; // a listener finds it by the name only once it is there
        HistogramFeed.Start();
    }

    /// <summary>A histogram of the meter.</summary>
    public static Histogram<double> Histogram(string name, string unit, string description) => s_meter.CreateHistogram<double>(name, unit, description);

    private static bool Make()
    {
        MakeFences();
        MakeCallbacksAndWaits();
        MakeReclamation();
        PollerMeter.Make(s_meter);
        TimelineMeter.Make(s_meter);
        return true;
    }

    private static void MakeFences()
    {
        Rising("fastfence.fences.created", "{fence}", "Fences made.", Counter.Created);
        Rising("fastfence.fences.emitted", "{fence}", "Fences emitted on rings.", Counter.Emitted);
        Rising("fastfence.fences.signaled", "{fence}", "Fences signaled, with or without an error.", Counter.Signaled);
        s_meter.CreateObservableCounter("fastfence.fences.failed", Failures, "{fence}", "Fences signaled with an error.");
        Level("fastfence.fences.live", "{fence}", "Fences with references.", e => EngineFigures.Live(e.Block));
        Level("fastfence.fences.pending", "{fence}", "Fences not signaled.", e => EngineFigures.Pending(e.Block));
        Rising("fastfence.signals.repeated", "{signal}", "Second signals that changed nothing.", Counter.SignaledAgain);
        Rising("fastfence.signals.deferred", "{signal}", "Signals recorded for their turn.", Counter.Deferred);
        Rising("fastfence.names.read", "{name}", "Names read in access sections.", Counter.NamesRead);
        Rising("fastfence.refusals", "{refusal}", "Creations refused at a bound.", Counter.Refused);
        s_meter.CreateObservableCounter("fastfence.handles.stale", StaleHandles, "{handle}", "Stale handles refused.");
    }

    private static void MakeCallbacksAndWaits()
    {
        Rising("fastfence.callbacks.added", "{callback}", "Callbacks accepted, those of awaits among them.", Counter.CallbacksAdded);
        Rising("fastfence.callbacks.run", "{callback}", "Callbacks run.", Counter.CallbacksRun);
        Rising("fastfence.callbacks.late", "{callback}", "Callbacks that came too late: the fence was signaled.", Counter.CallbacksRefused);
        Rising("fastfence.callbacks.thrown", "{callback}", "Exceptions from callbacks.", Counter.CallbacksThrown);
        Rising("fastfence.callbacks.removed", "{callback}", "Callbacks removed before they ran.", Counter.CallbacksRemoved);
        Rising("fastfence.waits", "{wait}", "Blocking waits that registered.", Counter.Waits);
        Rising("fastfence.waits.slept", "{wait}", "Blocking waits that slept.", Counter.WaitsSlept);
        Rising("fastfence.waits.timed_out", "{wait}", "Blocking waits that ran out of time.", Counter.WaitsTimedOut);
        Rising("fastfence.awaits", "{await}", "Awaits of fences and values that registered.", Counter.Awaits);
        Rising("fastfence.wakes", "{call}", "System calls that woke a sleeping waiter.", Counter.WakeCalls);
        Rising("fastfence.wakes.saved", "{call}", "System calls saved: the waiter was still awake.", Counter.WakeCallsSaved);
        Rising("fastfence.wakes.recovered", "{wake}", "Lost wakes that the waiter's safety poll made up for.", Counter.LostWakes);
    }

    private static void MakeReclamation()
    {
        Level("fastfence.limbo.slots", "{slot}", "Slots that wait for their grace period, or to be noticed after it.", e => EngineFigures.LimboSlots(e.Block));
        Level("fastfence.limbo.size", "By", "Bytes of these slots.", e => EngineFigures.LimboBytes(e.Block));
        Level("fastfence.limbo.private", "{object}", "Private data that waits for its grace period.", e => (long)e.Block->Retired.Count);
        Rising("fastfence.slots.reclaimed", "{slot}", "Slots that went through a grace period.", Counter.Reclaimed);
        s_meter.CreateObservableCounter("fastfence.grace.started", static () => (long)GraceProbe.Asked(Reclamation.Domain.Process), "{period}", "Grace periods begun in this process.");
        s_meter.CreateObservableCounter(
            "fastfence.readers.stalled", static () => Of(static e => (long)Atomics.Atomic.LoadAcquire(ref e.Block->ReaderStalls)), "{stall}", "Readers that were late for the stall limit.");
        s_meter.CreateObservableGauge(
            "fastfence.readers.late", LateReaders.Measure, "s", "Readers that hold up reclamation: how long each has been seen late. None is good.");
        Level("fastfence.memory.slabs", "{slab}", "Slabs of fences and callback nodes, 2 MiB each.", e => EngineFigures.Slabs(e.Block));
        s_meter.CreateObservableUpDownCounter("fastfence.memory.committed", Committed, "By", "Bytes of slabs taken by engines, and of blocks of the process.");
    }

    /// <summary>One measurement for each engine.</summary>
    public static List<Measurement<long>> Of(Func<IMeteredEngine, long> figure)
    {
        List<Measurement<long>> list = [];
        MeteredEngines.Visit(e => list.Add(new Measurement<long>(figure(e), Tag(e))));
        return list;
    }

    /// <summary>The tag of an engine.</summary>
    public static KeyValuePair<string, object?> Tag(IMeteredEngine engine) => new(EngineTag, (long)engine.Serial);

    private static void Rising(string name, string unit, string description, Counter counter) =>
        s_meter.CreateObservableCounter(name, () => Of(e => MeteredEngines.Read(e.Block, counter)), unit, description);

    private static void Level(string name, string unit, string description, Func<IMeteredEngine, long> figure) =>
        s_meter.CreateObservableUpDownCounter(name, () => Of(figure), unit, description);

    private static List<Measurement<long>> Failures()
    {
        List<Measurement<long>> list = [];
        MeteredEngines.Visit(e =>
        {
            void Add(string error, long n) => list.Add(new Measurement<long>(n, Tag(e), new KeyValuePair<string, object?>("error.type", error)));
            Add("ETIME", MeteredEngines.Read(e.Block, Counter.FailedTimedOut));
            Add("ECANCELED", MeteredEngines.Read(e.Block, Counter.FailedCanceled));
            Add("ENOENT", MeteredEngines.Read(e.Block, Counter.FailedClosed));
            Add("ESRCH", MeteredEngines.Read(e.Block, Counter.FailedKilled));
            Add("EIO", MeteredEngines.Read(e.Block, Counter.FailedLost));
            Add("_OTHER", EngineFigures.FailedOtherwise(e.Block));
        });
        return list;
    }

    // Those whose engine could be told, by engine; the others of the whole process, without one.
    private static List<Measurement<long>> StaleHandles()
    {
        List<Measurement<long>> list = Of(static e => MeteredEngines.Read(e.Block, Counter.StaleRefused));
        list.Add(new Measurement<long>((long)Fences.StaleHandles.Total));
        return list;
    }

    private static List<Measurement<long>> Committed()
    {
        List<Measurement<long>> list = Of(static e => EngineFigures.Slabs(e.Block) * Reservation.SlabBytes);
        list.Add(new Measurement<long>((long)Regions.Blocks->Taken * Reservation.SlabBytes));
        return list;
    }
}
