using FastFence.NativeSim;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Recording;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;
using FastFence.Tool.Runs;

namespace FastFence.Tool.Pauses;

/// <summary>
/// Jobs are emitted far ahead, each due at a known time, while the host makes garbage. A collection stops whatever is in the host: with the device there both it and
/// the poller, with the device in its own process the poller alone, and with the native poller neither.
/// </summary>
internal sealed class IsolationRun(IsolationDemoOptions options)
{
    private const int Capacity = 4096;
    private const long PeriodNanoseconds = 200_000; // so the ring holds 0.8 s, longer than a collection
    private const long WarmUpMilliseconds = 500;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Each setting, one after the other.</summary>
    internal IsolationReport Execute(CancellationToken stop)
    {
        List<IsolationFigures> all = [Measure(isProcess: false, PollerKind.Managed, stop), Measure(isProcess: true, PollerKind.Managed, stop)];
        string? missing = NativePollerLibrary.IsAvailable ? null : NativePollerLibrary.Reason;
        if (missing == null)
        {
            all.Add(Measure(isProcess: true, PollerKind.Native, stop));
        }

        return new IsolationReport(options, all, missing);
    }

    private IsolationFigures Measure(bool isProcess, PollerKind kind, CancellationToken stop)
    {
        using ProcessGpu? own = isProcess ? new ProcessGpu(new ProcessGpuOptions { Rings = 1, Capacity = Capacity }) : null;
        using SimulatedGpu? here = isProcess ? null : new SimulatedGpu();
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = kind, HeartbeatLimit = TimeSpan.FromSeconds(10) });
        own?.Start();
        FenceRing ring = own?.CreateRing(engine.DefaultExporter, "due")
            ?? engine.CreateRing("due", new RingOptions { Device = here, Capacity = Capacity, KeepCompletionTimes = true });
        here?.AddEngine(EngineKind.Render, "engine").Attach(ring);
        here?.Start();

        GarbageLoad load = new(options.GcLoad);
        Worker garbage = new("garbage", load.Run);
        garbage.Start();
        while (!load.IsFilled && !garbage.HasFault && !stop.IsCancellationRequested)
        {
            Nap.For(1_000_000);
        }

        DueJobs jobs = new(ring, PeriodNanoseconds);
        jobs.Run(WarmUpMilliseconds * 1_000_000, stop); // compiled, and the load at its rate
        jobs.Forget();
        IReadOnlyList<LatencyCount> before = engine.Poller.GetRetireLatency();
        int collections = GC.CollectionCount(0);
        TimeSpan paused = GC.GetTotalPauseDuration();
        double megabytes = load.Megabytes;
        long start = MonotonicClock.Nanoseconds;
        jobs.Run((long)(options.Seconds * 1e9), stop);
        double seconds = (MonotonicClock.Nanoseconds - start) / 1e9;
        double rate = (load.Megabytes - megabytes) / seconds;
        collections = GC.CollectionCount(0) - collections;
        paused = GC.GetTotalPauseDuration() - paused;
        long lost = jobs.End(s_limit);
        load.Stop();
        garbage.Join();
        return new IsolationFigures(
            isProcess ? "own process" : "in the host", kind == PollerKind.Native ? "native" : "managed", jobs.ToDone.Summarize(),
            PauseRun.Difference(before, engine.Poller.GetRetireLatency()), jobs.ToSignaled.Summarize(), jobs.EmittedLate, collections, paused.TotalMilliseconds, rate, lost);
    }
}
