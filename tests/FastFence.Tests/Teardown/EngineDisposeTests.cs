using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Teardown;

public sealed class EngineDisposeTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void WhatIsPendingEndsAndWhoWaitsWakes()
    {
        using FenceEngine engine = new();
        FenceSource[] held = Lives.Hold(engine.CreateTimeline("t"), 10);
        FenceRing ring = engine.CreateRing("r", new RingOptions { Capacity = 4 });
        FenceRef[] jobs = new FenceRef[4];
        for (int i = 0; i < jobs.Length; i++)
        {
            ring.Emit(default, out jobs[i]);
        }

        List<FenceStatus> seen = [];
        Fence last = held[^1].Fence;
        last.AddCallback((fence, _) => seen.Add(fence.Status), null, out _);
        jobs[3].Fence.AddCallback((fence, _) => seen.Add(fence.Status), null, out _);
        using Worker onSoftware = new();
        using Worker onRing = new();
        Action[] woken =
        [
            onSoftware.Begin(() => Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), last.Wait())),
            onRing.Begin(() => Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), jobs[3].Fence.Wait())),
        ];
        Until.Holds(() => engine.GetStatistics().WaitsSlept == 2, "two sleepers");
        string? report = null;
        engine.Notified += (_, e) => report = e.Kind == NotificationKind.HeldAtDispose ? e.Message : report;
        engine.Dispose();
        Array.ForEach(woken, w => w());
        Assert.Equal([FenceStatus.Failed(FenceError.TimelineClosed), FenceStatus.Failed(FenceError.TimelineClosed)], seen);
        Assert.Contains("14 fences", report, StringComparison.Ordinal);
        Assert.All(held, s => Assert.Equal(FenceStatus.Stale, s.Fence.Status));
        Lives.End(held);
        Array.ForEach(jobs, j => j.Dispose());
    }

    [Fact]
    public void NothingIsReportedWhenNothingIsHeld()
    {
        using FenceEngine engine = new();
        List<NotificationKind> reports = [];
        engine.Notified += (_, e) => reports.Add(e.Kind);
        Lives.Many(engine.CreateTimeline("t"), 1000);
        engine.Dispose();
        Assert.Empty(reports);
    }

    [Fact]
    public void CallbacksThatAreQueuedRunBeforeTheEngineIsGone()
    {
        using FenceEngine engine = new();
        FenceRing ring = engine.CreateRing("r");
        using ManualResetEventSlim gate = new();
        using ManualResetEventSlim inside = new();
        int ran = 0;
        for (int i = 0; i < 100; i++)
        {
            ring.EmitDetached(default, out Fence fence);
            fence.AddCallback(
                (_, _) =>
                {
                    inside.Set();
                    gate.Wait();
                    ran++;
                },
                null,
                out _);
        }

        ring.Consumer.Complete(100);
        inside.Wait(s_minute);
        using Worker disposer = new();
        Action disposed = disposer.Begin(engine.Dispose);
        Until.Holds(() => engine.IsDisposed, "the beginning of the end");
        gate.Set();
        disposed();
        Assert.Equal(100, ran);
    }

    [Fact]
    public void FromADispatchersCallbackItReturnsAtOnceAndEndsBehindIt()
    {
        using FenceEngine engine = new();
        FenceRing ring = engine.CreateRing("r");
        ring.EmitDetached(default, out Fence fence);
        using ManualResetEventSlim returned = new();
        fence.AddCallback(
            (_, _) =>
            {
                engine.Dispose();
                returned.Set();
            },
            null,
            out _);
        ring.Consumer.Complete(1);
        Assert.True(returned.Wait(s_minute), "disposing from a callback waits for the callback");
        MustBeGone(engine);
    }

    [Fact]
    public void FromACallbackOfASignallerItReturnsAtOnceAndEndsBehindIt()
    {
        using FenceEngine engine = new();
        FenceSource source = engine.CreateTimeline("t").CreateFence();
        source.Fence.AddCallback((_, _) => engine.Dispose(), null, out _);
        source.Signal();
        MustBeGone(engine);
        source.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromACallbackOnAnExecutorTimelineAndEngineMayGo(bool pool)
    {
        using FenceEngine engine = new();
        Timeline timeline = engine.CreateTimeline(
            "t", new TimelineOptions { Executor = pool ? CallbackExecutor.ThreadPool : CallbackExecutor.Dispatcher });
        FenceSource first = timeline.CreateFence();
        FenceSource second = timeline.CreateFence();
        Fence last = second.Fence;
        FenceStatus status = default;
        first.Fence.AddCallback((_, _) => timeline.Dispose(), null, out _);
        last.AddCallback(
            (fence, _) =>
            {
                status = fence.Status; // closed by the callback before it, which runs it behind itself
                engine.Dispose();
            },
            null,
            out _);
        first.Signal();
        MustBeGone(engine);
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), status);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public void FromItsOwnNotificationItEndsToo()
    {
        using FenceEngine engine = new();
        engine.Notified += (_, e) =>
        {
            if (e.Kind == NotificationKind.WatchdogFired)
            {
                engine.Dispose(); // on the housekeeping thread
            }
        };
        engine.CreateTimeline("t", new TimelineOptions { Watchdog = TimeSpan.FromMilliseconds(1) }).CreateFence();
        MustBeGone(engine);
    }

    [Fact]
    public void ATimelineARingAndAnExporterMayGoFromACallback()
    {
        using FenceEngine engine = new();
        Exporter exporter = engine.CreateExporter("driver");
        Timeline timeline = exporter.CreateTimeline("t");
        FenceRing ring = exporter.CreateRing("r");
        ring.EmitDetached(default, out Fence fence);
        ring.Emit(default, out FenceRef pending);
        bool done = false;
        fence.AddCallback(
            (_, _) =>
            {
                timeline.Dispose();
                ring.Dispose();
                exporter.Dispose();
                done = true;
            },
            null,
            out _);
        ring.Consumer.Complete(1);
        Until.Holds(() => Volatile.Read(ref done), "the end of the callback");
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), pending.Fence.Status);
        pending.Dispose();
        Until.Drained(engine);
    }

    [Fact]
    public void ManyThreadsMayDisposeTheSameThingsAtOnce()
    {
        for (int i = 0; i < 20; i++)
        {
            using FenceEngine engine = new();
            Exporter exporter = engine.CreateExporter("driver");
            Timeline timeline = exporter.CreateTimeline("t");
            FenceRing ring = exporter.CreateRing("r");
            ring.EmitDetached(default, out _);
            Action[] ends = [engine.Dispose, exporter.Dispose, timeline.Dispose, ring.Dispose];
            Worker.Together(ends.Length, number => ends[number]());
            MustBeGone(engine);
            engine.Dispose();
        }
    }

    [Fact]
    public void EveryCallOnWhatADisposedEngineLeftIsRefused()
    {
        using FenceEngine engine = new();
        Exporter exporter = engine.CreateExporter("driver");
        Timeline timeline = exporter.CreateTimeline("t");
        FenceRing ring = exporter.CreateRing("r");
        FenceSource source = timeline.CreateFence();
        Fence fence = source.Fence;
        fence.AddCallback(static (_, _) => { }, null, out CallbackRegistration registration);
        ring.Emit(default, out FenceRef job);
        Lives.Many(timeline, 0);
        engine.Dispose();
        engine.Dispose();

        Assert.Throws<ObjectDisposedException>(() => engine.CreateExporter("x"));
        Assert.ThrowsAny<InvalidOperationException>(() => engine.CreateTimeline("x"));
        Assert.ThrowsAny<InvalidOperationException>(() => engine.CreateRing("x"));
        Assert.Equal(2, engine.GetStatistics().FencesCreated); // the last count stays
        Assert.True(engine.Barrier(TimeSpan.Zero) || engine.GetStatistics().Limbo != 0);
        Assert.False(engine.Poller.IsRunning);
        Assert.True(engine.Poller.Heartbeat >= 0);
        Assert.NotNull(engine.Poller.GetRetireLatency());
        Assert.Throws<InsufficientMemoryException>(() => engine.Poller.DoWork());

        Assert.Throws<ObjectDisposedException>(() => exporter.CreateTimeline("x"));
        Assert.Throws<ObjectDisposedException>(() => exporter.CreateRing("x"));
        Assert.Equal(0, exporter.AllocatePrivate(1));
        exporter.Close();

        Assert.False(timeline.TryCreateFence(out _));
        Assert.Throws<InvalidOperationException>(() => timeline.CreateFence());
        Assert.Equal((0UL, 0UL, true), (timeline.LastSeqno, timeline.CompletedSeqno, timeline.IsClosed));
        timeline.Close();

        Assert.Equal(EmitResult.Closed, ring.Emit(default, out _));
        Assert.Equal(EmitResult.Closed, ring.Emit(default, 0, out _));
        Assert.Equal(EmitResult.Closed, ring.EmitDetached(default, out _));
        Assert.Equal(EmitResult.Closed, ring.EmitNop());
        Assert.True(ring.Fail(FenceError.DeviceLost));
        Assert.Equal((0L, false), (ring.Outstanding, ring.IsRunning));
        Assert.True(ring.Consumer.IsDetached);
        ring.Consumer.Complete(1);
        ring.Dispose();

        Assert.True(fence.IsSignaled && fence.IsQuiesced && fence.Poll());
        Assert.Equal(FenceStatus.Stale, fence.Status);
        Assert.Equal((0UL, 0UL, 0L), (fence.Context, fence.Seqno, fence.TimestampNanoseconds));
        Assert.False(fence.TryAcquire(out _));
        Assert.Equal(AddCallbackResult.Stale, fence.AddCallback(static (_, _) => { }, null, out _));
        Assert.False(registration.Remove());
        Assert.Equal(FenceStatus.Stale, fence.Wait());
        fence.EnableSignal();
        fence.SetDeadline(TimeSpan.Zero);
        Assert.Equal(SignalResult.Stale, source.Signal());
        Assert.False(source.TrySetError(FenceError.DeviceLost));
        Assert.Throws<ArgumentException>(() => Fence.IsLater(fence, fence));
        Assert.Throws<ObjectDisposedException>(() => job.Clone());
        source.Dispose();
        job.Dispose();
    }

    [Fact]
    public void ALateReaderLeavesTheMemoryBehindInsteadOfAHang()
    {
        using Worker reader = new();
        using FenceEngine engine = new(new FenceEngineOptions { DisposeLimit = TimeSpan.FromMilliseconds(1) });
        string? report = null;
        engine.Notified += (_, e) => report = e.Kind == NotificationKind.HeldAtDispose ? e.Message : report;
        Timeline timeline = engine.CreateTimeline("t");
        Lives.Many(timeline, 1);
        timeline.Close();
        engine.DefaultExporter.Close(); // their waits of ten seconds are not this test's business
        reader.Do(Section.Enter);
        engine.Dispose();
        Assert.Contains("stays committed", report, StringComparison.Ordinal);
        reader.Do(Section.Exit);
    }

    [Fact]
    public void TwoHundredEnginesLeaveMemoryFlat() => LiveMemory.IsFlatOver(200, static () =>
    {
        using FenceEngine engine = new(new FenceEngineOptions { PollerYield = TimeSpan.Zero });
        Exporter exporter = engine.CreateExporter("driver of many");
        FenceRing ring = exporter.CreateRing("ring of many");
        FenceSource[] held = Lives.Hold(exporter.CreateTimeline("timeline of many"), 10);
        ring.Emit(default, out FenceRef job);
        held[0].Fence.AddCallback(static (_, _) => { }, null, out _);
        Lives.Many(engine.CreateTimeline("t"), 1000);
        GC.KeepAlive(job); // held for ever, as half of the others
        Lives.End(held[..5]);
    });

    [Fact]
    public unsafe void TwoHundredEnginesTakeNoNewSlabs()
    {
        Make();
        uint fences = Regions.Fences->Taken;
        uint nodes = Regions.Nodes->Taken;
        for (int i = 0; i < 200; i++)
        {
            Make();
        }

        Assert.Equal((fences, nodes), (Regions.Fences->Taken, Regions.Nodes->Taken));

        static void Make()
        {
            using FenceEngine engine = Lives.Stepped();
            using FenceSource source = engine.CreateTimeline("t").CreateFence();
            source.Fence.AddCallback(static (_, _) => { }, null, out _);
        }
    }

    private static unsafe void MustBeGone(FenceEngine engine) => Until.Holds(
        () => Volatile.Read(ref engine.Block->State) == (uint)EngineState.Disposed, "the end of the engine");
}
