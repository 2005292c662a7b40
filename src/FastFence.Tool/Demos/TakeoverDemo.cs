using FastFence.Atomics;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Recording;
using FastFence.Tool.Cli;
using FastFence.Tool.Pauses;
using FastFence.Tool.Runs;

namespace FastFence.Tool.Demos;

/// <summary>
/// A native poller stops dead at a random moment while the device writes on; the managed one takes its place; the former goes on. How
/// late each fence was is in the poller's own histogram, which its successor takes over.
/// </summary>
internal sealed unsafe class TakeoverDemo(TakeoverDemoOptions options)
{
    private const long PeriodNanoseconds = 200_000;
    private const int MostFences = SharedWords.Capacity / 2;
    private const long PatienceNanoseconds = 60_000_000_000;

    /// <summary>All takeovers, one after the other.</summary>
    internal TakeoverReport Execute(CancellationToken stop)
    {
        if (!NativePollerLibrary.IsAvailable)
        {
            throw new IOException($"This demo stops native pollers: {NativePollerLibrary.Reason}");
        }

        List<TakeoverFigures> all = [];
        while (all.Count < options.Takeovers && !stop.IsCancellationRequested)
        {
            all.Add(Once(all.Count));
        }

        return new TakeoverReport(options, all);
    }

    private TakeoverFigures Once(int turn)
    {
        using SharedWords shared = SharedWords.Create();
        using FenceEngine engine = new(new FenceEngineOptions
        {
            PollerKind = PollerKind.Native,
            PollerSpin = TimeSpan.FromSeconds(10), // stopped while awake: a parked poller may rest
            HeartbeatLimit = TimeSpan.FromMilliseconds(options.LimitMilliseconds),
        });
        FenceRing ring = engine.CreateRing("words", new RingOptions
        {
            Capacity = SharedWords.Capacity,
            CompletionWord = shared.WordAddress,
            CompletionTimes = shared.TimesAddress,
        });
        Worker device = new("device", () => Drive(ring, shared));
        device.Start();
        Nap.For(5_000_000 + (turn * 7_919_311L % 45_000_000)); // another moment each time
        PollerControl* control = engine.Poller.NativeThread!.Control;
        Atomic.StoreRelease(ref control->Hold, 1);
        Wait(() => Atomic.LoadAcquire(ref control->Held) == 1, "the native poller to stop");
        long before = engine.GetStatistics().FencesSignaled;
        Wait(() => engine.Poller.Kind == PollerKind.Managed, "the managed poller");
        Nap.For(20_000_000);
        Atomic.StoreRelease(ref control->Hold, 0);
        Wait(() => engine.Poller.NativeThread == null, "the former poller's end");
        Volatile.Write(ref shared.Stop, 1);
        device.Join();
        Wait(() => ring.Outstanding == 0, "the last fences");
        EngineStatistics end = engine.GetStatistics();
        long limit = options.LimitMilliseconds * 1_000_000L;
        IReadOnlyList<LatencyCount> latencies = engine.Poller.GetRetireLatency();
        return new TakeoverFigures(
            (long)ring.Timeline.LastSeqno,
            end.FencesSignaled - before,
            (long)ring.Timeline.LastSeqno - end.FencesSignaled,
            end.SignalsRepeated,
            latencies.Where(c => c.Nanoseconds > limit).Sum(static c => c.Count),
            latencies.Max(static c => c.Nanoseconds));
    }

    // Emits a job and completes it, at a steady pace: for as long as the poller stands still, all of it waits.
    private static void Drive(FenceRing ring, SharedWords shared)
    {
        RingCommand job = new() { Opcode = 1 };
        while (Volatile.Read(ref shared.Stop) == 0)
        {
            if (ring.Outstanding < MostFences && ring.EmitDetached(job, out _) == EmitResult.Emitted)
            {
                ulong position = ring.Timeline.LastSeqno;
                shared.TimeOf(position) = MonotonicClock.Nanoseconds;
                Volatile.Write(ref shared.Word, position);
            }

            Nap.For(PeriodNanoseconds);
        }
    }

    private static void Wait(Func<bool> condition, string what)
    {
        for (long end = MonotonicClock.Nanoseconds + PatienceNanoseconds; !condition();)
        {
            if (MonotonicClock.Nanoseconds > end)
            {
                throw new InvalidOperationException($"Waited a minute for {what}.");
            }

            Nap.For(500_000);
        }
    }
}
