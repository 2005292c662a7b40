using FastFence.Atomics;
using FastFence.Platform;
using FastFence.Polling;

namespace FastFence.Tool.Scenarios.Faults;

/// <summary>Fault 28: the native poller stands still while jobs are in flight; its heartbeat is missed, and another takes its place.</summary>
internal static unsafe class StalledPoller
{
    private const long PatienceNanoseconds = 60_000_000_000;

    /// <summary>Why it cannot be played here; null if it can. A managed poller stops with its whole host, which is fault 39.</summary>
    internal static string? Obstacle => NativePollerLibrary.IsAvailable ? null : NativePollerLibrary.Reason;

    internal static void Play(ScenarioStage on, ScenarioRow row, ScenarioTally tally)
    {
        row.Rounds++;
        int told = 0;
        using FenceEngine engine = new(new FenceEngineOptions
        {
            PollerKind = PollerKind.Native,
            PollerSpin = TimeSpan.FromSeconds(10), // stopped while awake: a parked poller may rest
            HeartbeatLimit = TimeSpan.FromMilliseconds(100),
        });
        engine.Notified += (_, e) => Interlocked.Add(ref told, e.Kind == NotificationKind.PollerReplaced ? 1 : 0);
        using FenceRing ring = on.Gpu.CreateRing(engine.DefaultExporter, "stalled", 1);
        PollerControl* control = engine.Poller.NativeThread!.Control;
        Atomic.StoreRelease(ref control->Hold, 1);
        Wait(() => Atomic.LoadAcquire(ref control->Held) == 1);
        on.Emit(ring, 8, EndSet.Signaled);
        on.Book.End(row); // by the other thread
        Wait(() => Volatile.Read(ref told) != 0);
        Atomic.StoreRelease(ref control->Hold, 0);
        Wait(() => engine.Poller.NativeThread == null);
        tally.Count("unnoticed", Volatile.Read(ref told) == 1 && engine.Poller.Takeovers == 1 && !tally.Breaks("unnoticed") ? 0 : 1, "the stalled poller was not replaced once");
        tally.Count("twice", engine.GetStatistics().SignalsRepeated, "the former poller signaled again");
    }

    private static void Wait(Func<bool> condition)
    {
        for (long end = MonotonicClock.Nanoseconds + PatienceNanoseconds; !condition() && MonotonicClock.Nanoseconds < end;)
        {
            Nap.For(500_000);
        }
    }
}
