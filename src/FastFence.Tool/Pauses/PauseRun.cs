using System.Diagnostics;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Recording;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;
using FastFence.Tool.Runs;

namespace FastFence.Tool.Pauses;

/// <summary>
/// Pollers under garbage collections: another process writes completion words, this one allocates, and the time from word to
/// signal is taken where no collection reaches, in the poller's own histogram. The pollers run one after the other.
/// </summary>
internal sealed class PauseRun(RunOptions options)
{
    private const long PeriodNanoseconds = 100_000;
    private const int AwaitEvery = 16;

    // `dotnet run` is a .NET process of its own, and its compiler is busy for seconds after it has started us, on whatever core: a poller that shares its
    // core with it for a slice is 4 ms late. The load and our own code are warm long before.
    private const long WarmUpMilliseconds = 4_000;

    private const long EndNanoseconds = 60_000_000_000;

    private long _lost;

    /// <summary>Runs all that were asked for.</summary>
    internal PauseReport Execute(CancellationToken stop)
    {
        PollerKind[] kinds = options.Poller switch
        {
            PollerChoice.Both => [PollerKind.Native, PollerKind.Managed],
            PollerChoice.Native => [PollerKind.Native],
            PollerChoice.Managed => [PollerKind.Managed],
            _ => [PollerKind.Auto],
        };
        List<PauseFigures> figures = [];
        foreach (PollerKind kind in kinds)
        {
            figures.Add(Measure(kind, stop));
        }

        if (options.Poller == PollerChoice.Both)
        {
            figures.Add(MeasureRawSpin(stop));
        }

        return new PauseReport(options, figures, _lost);
    }

    /// <summary>Is there a native poller to compare with? Loads its library.</summary>
    internal static bool HasNativePoller(out string reason)
    {
        reason = NativePollerLibrary.Reason;
        return NativePollerLibrary.IsAvailable;
    }

    private PauseFigures Measure(PollerKind kind, CancellationToken stop)
    {
        using SharedWords shared = SharedWords.Create();
        int? core = Cpu.UsableCores >= 2 ? LastCore() : null;
        using FenceEngine engine = new(new FenceEngineOptions
        {
            PollerKind = kind,
            PollerCore = core,
            PollerSpin = TimeSpan.FromSeconds(1),
            HeartbeatLimit = TimeSpan.FromSeconds(10),
        });
        if (kind == PollerKind.Native && engine.Poller.Kind != PollerKind.Native)
        {
            throw new IOException($"--poller native: {engine.Poller.KindReason}");
        }

        FenceRing ring = engine.CreateRing("words", new RingOptions
        {
            Capacity = SharedWords.Capacity,
            CompletionWord = shared.WordAddress,
            CompletionTimes = shared.TimesAddress,
        });
        AwaitTimes awaits = new(shared);
        GarbageLoad load = new(options.GcLoad);
        uint ended = 0;
        Worker feeder = new("feeder", () => Feed(ring, shared, awaits, ref ended));
        Worker garbage = new("garbage", load.Run);
        using Process writer = WordWriter.Start(shared, PeriodNanoseconds, options.Seconds, core is > 0 ? 0 : null);
        feeder.Start();
        garbage.Start();
        WarmUp(load, garbage, stop);
        IReadOnlyList<LatencyCount> before = engine.Poller.GetRetireLatency();
        IReadOnlyList<LatencyCount> waiterBefore = TimesOf(ref shared.Waiter);
        awaits.IsMeasuring = true;
        int collections = GC.CollectionCount(0);
        TimeSpan paused = GC.GetTotalPauseDuration();
        double megabytes = load.Megabytes;
        long start = MonotonicClock.Nanoseconds;
        stop.WaitHandle.WaitOne((int)(options.Seconds * 1000));
        double seconds = (MonotonicClock.Nanoseconds - start) / 1e9;
        LatencySummary toSignal = Difference(before, engine.Poller.GetRetireLatency());
        PauseFigures figures = new(
            engine.Poller.Kind == PollerKind.Native ? "native" : "managed", engine.Poller.KindReason, engine.Poller.Pinning, toSignal.Count,
            toSignal, Difference(waiterBefore, TimesOf(ref shared.Waiter)), awaits.Summarize(), GC.CollectionCount(0) - collections, (GC.GetTotalPauseDuration() - paused).TotalMilliseconds,
            load.LongestPause.TotalMilliseconds, (load.Megabytes - megabytes) / seconds, seconds,
            Volatile.Read(ref shared.IsRealTime) != 0);
        load.Stop();
        garbage.Join();
        Volatile.Write(ref ended, 1);
        feeder.Join();
        End(ring, shared, awaits, writer);
        return figures;
    }

    private static void WarmUp(GarbageLoad load, Worker garbage, CancellationToken stop)
    {
        while (!load.IsFilled && !garbage.HasFault && !stop.IsCancellationRequested)
        {
            Nap.For(1_000_000);
        }

        stop.WaitHandle.WaitOne((int)WarmUpMilliseconds);
    }

    // The same load and the same writer, but no engine: a process that only looks at the word, on the pollers' core.
    private PauseFigures MeasureRawSpin(CancellationToken stop)
    {
        using SharedWords shared = SharedWords.Create();
        int? core = Cpu.UsableCores >= 2 ? LastCore() : null;
        string pinning = "not pinned";
        bool kept = core is int free && CoreKeeper.TryKeep(free, out pinning);
        GarbageLoad load = new(options.GcLoad);
        Worker garbage = new("garbage", load.Run);
        Volatile.Write(ref shared.Limit, ulong.MaxValue);
        using Process watcher = WordWatcher.Start(shared, options.Seconds, core);
        using Process writer = WordWriter.Start(shared, PeriodNanoseconds, options.Seconds, core is > 0 ? 0 : null);
        garbage.Start();
        WarmUp(load, garbage, stop);
        IReadOnlyList<LatencyCount> before = TimesOf(ref shared.Watcher);
        int collections = GC.CollectionCount(0);
        TimeSpan paused = GC.GetTotalPauseDuration();
        double megabytes = load.Megabytes;
        long start = MonotonicClock.Nanoseconds;
        stop.WaitHandle.WaitOne((int)(options.Seconds * 1000));
        double seconds = (MonotonicClock.Nanoseconds - start) / 1e9;
        LatencySummary seen = Difference(before, TimesOf(ref shared.Watcher));
        PauseFigures figures = new(
            PauseFigures.RawSpin, "a process that only looks at the word: what this core allows", pinning, seen.Count, seen,
            new LatencyRecorder().Summarize(), new LatencyRecorder().Summarize(), GC.CollectionCount(0) - collections,
            (GC.GetTotalPauseDuration() - paused).TotalMilliseconds, load.LongestPause.TotalMilliseconds, (load.Megabytes - megabytes) / seconds, seconds,
            Volatile.Read(ref shared.IsRealTime) != 0);
        load.Stop();
        garbage.Join();
        Volatile.Write(ref shared.Stop, 1);
        writer.WaitForExit();
        watcher.WaitForExit();
        if (kept)
        {
            CoreKeeper.Release(core!.Value);
        }

        return figures;
    }

    // What was emitted and not written is written now, by this process: every fence must then be signaled, and every awaiter go on.
    private void End(FenceRing ring, SharedWords shared, AwaitTimes awaits, Process writer)
    {
        Volatile.Write(ref shared.Stop, 1);
        writer.WaitForExit();
        Volatile.Write(ref shared.Word, ring.Timeline.LastSeqno);
        ring.Consumer.Interrupt();
        for (long end = MonotonicClock.Nanoseconds + EndNanoseconds; (ring.Outstanding != 0 || awaits.Pending != 0) && MonotonicClock.Nanoseconds < end;)
        {
            Nap.For(1_000_000);
        }

        if (awaits.Pending != 0)
        {
            throw new InvalidOperationException($"{awaits.Pending} awaiters of signaled fences have not gone on.");
        }

        _lost += ring.Outstanding;
    }

    // Keeps the ring full, so that the device has work for 300 ms when a collection stops this thread.
    private static void Feed(FenceRing ring, SharedWords shared, AwaitTimes awaits, ref uint ended)
    {
        RingCommand job = new() { Opcode = 1 };
        uint awaited = 0;
        for (uint n = 1; Volatile.Read(ref ended) == 0; n++)
        {
            EmitResult result;
            if (n % (AwaitEvery / 2) == 0)
            {
                result = ring.Emit(job, out FenceRef fence);
                if (result != EmitResult.Emitted)
                {
                    fence = default;
                }
                else if (n % AwaitEvery == 0)
                {
                    _ = awaits.AwaitAsync(fence);
                }
                else
                {
                    WakeWaiter(shared, fence, ref awaited);
                }
            }
            else
            {
                result = ring.EmitDetached(job, out _);
            }

            if (result != EmitResult.Emitted)
            {
                Volatile.Write(ref shared.Limit, ring.Timeline.LastSeqno);
                Nap.For(1_000_000);
            }
        }

        Volatile.Write(ref shared.Limit, ring.Timeline.LastSeqno);
    }

    private static unsafe void WakeWaiter(SharedWords shared, FenceRef fence, ref uint awaited)
    {
        nint wake = NativePollerLibrary.WakeCallback;
        if (wake != 0)
        {
            Volatile.Write(ref shared.Awaited(awaited), fence.Fence.Seqno);
            AddCallbackResult added = fence.Fence.AddNativeCallback((delegate* unmanaged<ulong, nint, void>)wake, (nint)shared.Wakes, out _);
            awaited += added == AddCallbackResult.Added ? 1u : 0;
        }

        fence.Dispose();
    }

    private static List<LatencyCount> TimesOf(ref LatencyCells cells)
    {
        List<LatencyCount> counts = [];
        for (int i = 0; i < LatencyCells.BucketCount; i++)
        {
            if (cells.Read(i) is var n and not 0)
            {
                counts.Add(new LatencyCount(LatencyCells.ValueOf(i), (long)n));
            }
        }

        return counts;
    }

    internal static LatencySummary Difference(IReadOnlyList<LatencyCount> before, IReadOnlyList<LatencyCount> after)
    {
        Dictionary<long, long> former = before.ToDictionary(static c => c.Nanoseconds, static c => c.Count);
        LatencyRecorder recorder = new();
        foreach (LatencyCount count in after)
        {
            long n = count.Count - former.GetValueOrDefault(count.Nanoseconds);
            if (n > 0)
            {
                recorder.Record(count.Nanoseconds, n);
            }
        }

        return recorder.Summarize();
    }

    private static int? LastCore()
    {
        if (!Affinity.TryGetCurrent(out CoreSet cores) || cores.Count < 2)
        {
            return null;
        }

        int core = CoreSet.Capacity - 1;
        while (!cores.Contains(core))
        {
            core--;
        }

        return core;
    }
}
