using System.Diagnostics.Tracing;
using FastFence.Memory;

namespace FastFence.Telemetry;

/// <summary>The meter's most asked-for figures again, as EventCounters, for tools that know only those. Sums over all engines; the runtime's own thread asks.</summary>
internal static unsafe class EventCounters
{
    private static readonly Lock s_lock = new();
    private static readonly List<DiagnosticCounter> s_counters = [];

    /// <summary>Makes them when the first session asks; a rate is of what happens from then on.</summary>
    public static void MakeOnce(EventSource source)
    {
        lock (s_lock)
        {
            if (s_counters.Count == 0)
            {
                Make(source);
            }
        }
    }

    private static void Make(EventSource source)
    {
        void Rate(string name, string shown, string unit, Counter counter) => s_counters.Add(new IncrementingPollingCounter(
            name, source, () => MeteredEngines.Total(e => MeteredEngines.Read(e.Block, counter)))
        {
            DisplayName = shown,
            DisplayUnits = unit,
            DisplayRateTimeScale = TimeSpan.FromSeconds(1),
        });
        void Level(string name, string shown, string unit, Func<IMeteredEngine, long> figure) => s_counters.Add(new PollingCounter(
            name, source, () => MeteredEngines.Total(figure))
        {
            DisplayName = shown,
            DisplayUnits = unit,
        });
        Rate("fences-created", "Fences made", "fence", Counter.Created);
        Rate("fences-emitted", "Fences emitted on rings", "fence", Counter.Emitted);
        Rate("fences-signaled", "Fences signaled", "fence", Counter.Signaled);
        Rate("fences-failed", "Fences signaled with an error", "fence", Counter.Failed);
        Rate("callbacks-run", "Callbacks run", "callback", Counter.CallbacksRun);
        Rate("callbacks-thrown", "Exceptions from callbacks", "callback", Counter.CallbacksThrown);
        Rate("waits", "Blocking waits", "wait", Counter.Waits);
        Rate("awaits", "Awaits", "await", Counter.Awaits);
        Rate("wakes", "System calls that woke a waiter", "call", Counter.WakeCalls);
        Rate("wakes-saved", "System calls saved", "call", Counter.WakeCallsSaved);
        Rate("poller-turns", "Turns of the poller", "turn", Counter.PollTurns);
        Rate("slots-reclaimed", "Slots reclaimed", "slot", Counter.Reclaimed);
        Rate("refusals", "Creations refused", "refusal", Counter.Refused);
        Rate("handles-stale", "Stale handles refused", "handle", Counter.StaleRefused);
        Level("fences-live", "Fences with references", "fence", static e => EngineFigures.Live(e.Block));
        Level("fences-pending", "Fences not signaled", "fence", static e => EngineFigures.Pending(e.Block));
        Level("limbo-slots", "Slots on limbo", "slot", static e => EngineFigures.LimboSlots(e.Block));
        Level("limbo-size", "Bytes on limbo", "B", static e => EngineFigures.LimboBytes(e.Block));
        Level("reader-stalls", "Readers that were late", "stall", static e => (long)Atomics.Atomic.LoadAcquire(ref e.Block->ReaderStalls));
        Level("memory-committed", "Bytes of slabs", "B", static e => EngineFigures.Slabs(e.Block) * Reservation.SlabBytes);
        Level("poller-migrations", "Migrations of the poller's threads", "migration", static e => PollerMeter.Of(e)?.Migrations ?? 0);
        Level("poller-preempted", "Involuntary switches of the poller's threads", "switch", static e => PollerMeter.Of(e)?.Involuntary ?? 0);
    }
}
