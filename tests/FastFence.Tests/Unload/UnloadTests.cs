using System.Text;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Unload;

/// <summary>C17 with an exporter in this process: the steps, what they wait for, and that each of them is needed.</summary>
public sealed unsafe class UnloadTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly FenceEngine _engine = Lives.Stepped();
    private readonly KernelDriver _driver;
    private readonly Worker _observer = new();

    public UnloadTests() => _driver = new KernelDriver(_engine);

    public void Dispose()
    {
        _observer.Dispose();
        _engine.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void FencesOfEveryKindEndAndTheReportSaysWhatWasWaitedFor()
    {
        Timeline timeline = _driver.CreateQueue("queue-7", out nint data);
        FenceRing ring = _driver.Exporter.CreateRing("r");
        FenceSource[] held = Lives.Hold(timeline, 10);
        Array.ForEach(held[..4], s => s.Signal());
        ring.Emit(default, out FenceRef job);
        Fence pending = held[9].Fence;
        Action woken = _observer.Begin(() => Assert.Equal(FenceError.EntityKilled, pending.Wait().Error));
        Until.Holds(() => Volatile.Read(ref _driver.Data->Waiting) == 1, "a sleeper in the wait op");
        int called = 0;
        pending.AddCallback((_, _) => called++, null, out _);
        _driver.Data->HoldDestructor = 1;
        _driver.Retire(data);

        Task<UnloadReport> unload = _driver.Exporter.UnloadAsync(s_minute, FenceError.EntityKilled);
        woken();
        Until.Holds(() => Volatile.Read(ref _engine.Block->Hasten) == 1, "the step that waits for destructors");
        Volatile.Write(ref _driver.Data->HoldDestructor, 0);
        Assert.True(unload.Wait(s_minute + s_minute), "the unload does not end");
        UnloadReport report = unload.Result;
        Assert.True(report.IsComplete, report.ToString());
        Assert.False(report.IsCodeUnloaded);
        Assert.Equal((7, 1, 2), (report.FencesSignaled, report.SleepersWoken, report.DestructorsAwaited));
        Assert.Equal(
            [UnloadStep.Creation, UnloadStep.Rings, UnloadStep.Fences, UnloadStep.GracePeriod, UnloadStep.Sleepers, UnloadStep.Destructors, UnloadStep.Code],
            report.Steps.Select(s => s.Step));
        Assert.Empty(report.HeldBy);
        Assert.Equal((1, 1), (_driver.Data->Released, _driver.Data->Destroyed));
        Assert.All(held[..4], s => Assert.Equal(FenceStatus.Signaled, s.Fence.Status));
        Assert.All(held[4..], s => Assert.Equal(FenceStatus.Failed(FenceError.EntityKilled), s.Fence.Status));
        Until.Holds(() => Volatile.Read(ref called) == 1, "the host's callback, on the dispatcher");
        Lives.End(held);
        job.Dispose();
        Until.Drained(_engine);
        Assert.Equal(0, _engine.GetStatistics().FencesLive);
    }

    [Fact]
    public void SignaledFencesHeldForEverDoNotHoldItUp()
    {
        FenceSource[] held = Lives.Hold(_driver.CreateQueue("queue", out nint data), 100);
        Array.ForEach(held, s => s.Signal());
        _driver.Retire(data);
        UnloadReport report = Unload();
        Assert.True(report.IsComplete, report.ToString());
        Assert.Equal((0, 1), (report.FencesSignaled, _driver.Data->Released));
        Assert.All(held, s => Assert.Equal("detached-driver signaled-timeline seq", Describe(s.Fence)[..37]));

        // The names of the records stay the real ones (C9, fault 4), as long as the fence does.
        Assert.All(held, s => Assert.Equal(("captured-driver", "captured-timeline"), (Recorded(s.Fence, driver: true), Recorded(s.Fence, driver: false))));
        Lives.End(held);
    }

    [Fact]
    public void ItWaitsForAnObserverThatReadsANameItGotWhilePending()
    {
        FenceSource source = _driver.CreateQueue("queue", out _).CreateFence();
        Fence fence = source.Fence;
        using ManualResetEventSlim reading = new();
        using ManualResetEventSlim leave = new();
        Action read = _observer.Begin(() => ReadInside(fence, reading, leave));
        reading.Wait(s_minute);
        Task<UnloadReport> unload = _driver.Exporter.UnloadAsync(s_minute);
        Until.Holds(() => _driver.Exporter.IsClosed, "the beginning of the unload");
        Assert.False(unload.Wait(50));
        Assert.Equal(0, Volatile.Read(ref _driver.Data->Released));
        leave.Set();
        read();
        Assert.True(unload.Result.IsComplete);
        source.Dispose();
    }

    [Fact]
    public void WhoIsInTheMiddleOfACreateIsWaitedForSoThatItsFenceEndsToo() => Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), CreateDuringUnload(UnloadSkip.None));

    [Fact]
    public void WithoutTheFirstGracePeriodAFenceMadeMeanwhileStaysPending() => Assert.Equal(FenceStatus.Pending, CreateDuringUnload(UnloadSkip.Creation));

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the control
    public void AClosedTimelineIsNotFreedUnderACreatorThatSawItOpen(bool free)
    {
        Exporter exporter = _engine.CreateExporter("host");
        exporter.Skip = free ? UnloadSkip.Creators : UnloadSkip.None;
        Timeline timeline = exporter.CreateTimeline("t");
        Lives.Many(timeline, 1);
        Until.Drained(_engine); // so that all its fences have gone
        _observer.Do(Section.Enter);
        Volatile.Write(ref timeline.Block->Closed, 1);
        if (free)
        {
            Until.Holds(() => timeline.IsFreed, "the free that comes too early");
            _observer.Do(Section.Exit);
            return;
        }

        for (int tick = 0; tick < 5; tick++)
        {
            _engine.FreeTimelines(exporter);
            Assert.False(timeline.IsFreed);
        }

        _observer.Do(Section.Exit);
        Until.Holds(() => timeline.IsFreed, "the free behind the creator");
    }

    [Fact]
    public void CallbacksOfItsCodeOnFencesOfAnyEngineAreRemovedOrHaveReturned()
    {
        using FenceEngine other = Lives.Stepped();
        CallOn(other, UnloadSkip.None, out UnloadReport report, out int called);
        Assert.True(report.IsComplete, report.ToString());
        Assert.Equal((3, 0), (report.CallbacksRemoved, called));
    }

    [Fact]
    public void WithoutTheSeventhStepCallbacksOfItsCodeRunAfterItHasGone()
    {
        using FenceEngine other = Lives.Stepped();
        CallOn(other, UnloadSkip.Callbacks, out UnloadReport report, out int called);
        Assert.True(report.IsComplete);
        Assert.Equal((0, 3), (report.CallbacksRemoved, called));
    }

    [Fact]
    public void ACallbackOfItsCodeThatRunsOnTheDispatcherIsWaitedFor()
    {
        using FenceEngine other = Lives.Stepped();
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim leave = new();
        FenceRing ring = other.CreateRing("r");
        ring.EmitDetached(default, out Fence fence);
        fence.AddCallback(
            (_, _) =>
            {
                inside.Set();
                leave.Wait();
            },
            null,
            _driver.Exporter.CodeOwner,
            out _);
        ring.Consumer.Complete(1);
        other.Poller.DoWork();
        inside.Wait(s_minute);
        Task<UnloadReport> unload = _driver.Exporter.UnloadAsync(s_minute);
        Until.Holds(() => _driver.Exporter.IsClosed, "the beginning of the unload");
        Assert.False(unload.Wait(50));
        leave.Set();
        Assert.Equal((true, 1), (unload.Result.IsComplete, unload.Result.CallbacksAwaited));
    }

    [Fact]
    public void NothingOfItsCodeIsRegisteredOnceItIsGoing()
    {
        CodeOwner owner = _driver.Exporter.CodeOwner;
        using FenceSource source = _engine.CreateTimeline("t").CreateFence();
        Assert.True(Unload().IsComplete);
        Assert.Equal(AddCallbackResult.OwnerClosed, source.Fence.AddCallback(static (_, _) => { }, null, owner, out CallbackRegistration none));
        Assert.Equal(AddCallbackResult.OwnerClosed, source.Fence.AddCallback(&Count, 0, owner, out none));
        Assert.False(none.Remove());
        Assert.Throws<InvalidOperationException>(() => _driver.Exporter.Retire(0, &Nothing));
        Assert.Equal(0, _driver.Exporter.AllocatePrivate(8));
        Assert.Equal(0, _engine.GetStatistics().CallbacksAdded);
    }

    [Fact]
    public void RemovedRefusedAndRunCallbacksLeaveNothingToWaitFor()
    {
        CodeOwner owner = _driver.Exporter.CodeOwner;
        FenceSource source = _engine.CreateTimeline("t").CreateFence();
        source.Fence.AddCallback(static (_, _) => { }, null, owner, out CallbackRegistration removed);
        source.Fence.AddCallback(static (_, _) => { }, null, owner, out _);
        source.Fence.AddCallback(static (_, _) => throw new NotSupportedException(), null, owner, out _);
        Assert.Equal(3u, owner.Pending);
        Assert.True(removed.Remove());
        Assert.Equal(2u, owner.Pending);
        source.Signal();
        Assert.Equal(AddCallbackResult.AlreadySignaled, source.Fence.AddCallback(static (_, _) => { }, null, owner, out _));
        Assert.Equal(0u, owner.Pending);
        source.Dispose();
        Assert.Equal((0, 0), (Unload().CallbacksRemoved, Unload().CallbacksAwaited));
    }

    [Fact]
    public void ASecondCallGetsTheSameReportAndDoesNothing()
    {
        UnloadReport first = Unload();
        Assert.Same(first, Unload());
        _driver.Exporter.Close();
        Assert.Equal(1, _driver.Data->Released);
    }

    [Fact]
    public void TheUnloadingOfTheCodeComesLastAndOnce()
    {
        using KernelDriver driver = new(_engine, ExporterCode.Of(() => Unloaded()));
        _unloaded = driver.Data;
        driver.CreateQueue("queue", out nint data);
        driver.Retire(data);
        UnloadReport report = driver.Exporter.UnloadAsync(s_minute).Result;
        Assert.Equal((true, true, 1, 1), (report.IsComplete, report.IsCodeUnloaded, _unloads, _releasedBefore));
        Assert.Same(report, driver.Exporter.UnloadAsync(s_minute).Result);
        Assert.Equal(1, _unloads);
    }

    [Fact]
    public void OwnersNumbersAreUsedAgainAfterTheUnload()
    {
        for (int i = 0; i < 5000; i++)
        {
            Exporter exporter = _engine.CreateExporter("one of many");
            Assert.InRange(exporter.CodeOwner.Number, 1u, 4095u);
            if (i < 4500)
            {
                exporter.Close();
            }
        }
    }

    private KernelDriver.Facts* _unloaded;
    private int _unloads;
    private int _releasedBefore;

    private void Unloaded()
    {
        _unloads++;
        _releasedBefore = _unloaded->Released;
    }

    private UnloadReport Unload(FenceError error = default)
    {
        Task<UnloadReport> unload = _driver.Exporter.UnloadAsync(s_minute, error);
        Assert.True(unload.Wait(s_minute + s_minute), "the unload does not end");
        return unload.Result;
    }

    // A creator that stands still between its look at the timeline and the fence, as TryCreateFence does it.
    private FenceStatus CreateDuringUnload(UnloadSkip skip)
    {
        _driver.Exporter.Skip = skip;
        Timeline timeline = _driver.CreateQueue("queue", out _);
        Lives.Many(timeline, 1);
        _observer.Do(() =>
        {
            _ = Registry.CacheOf(&_engine.Block->Pools);
            Section.Enter();
            Assert.Equal(0u, timeline.Block->Closed);
        });
        Task<UnloadReport> unload = _driver.Exporter.UnloadAsync(s_minute);
        Until.Holds(() => timeline.Block->Closed == 1, "the mark");
        Assert.False(unload.Wait(50));
        ulong handle = 0;
        _observer.Do(() =>
        {
            ulong seqno = Interlocked.Increment(ref timeline.Block->LastSeqno);
            handle = FastFence.Fences.FenceLife.Create(
                Registry.CacheOf(&_engine.Block->Pools), timeline.Block, seqno, 0, 1, FastFence.Fences.FenceFlags.Unshared);
            Section.Exit();
        });
        Assert.True(unload.Result.IsComplete);
        using FenceSource source = new(handle);
        return new Fence(handle).Status;
    }

    private void CallOn(FenceEngine other, UnloadSkip skip, out UnloadReport report, out int called)
    {
        _driver.Exporter.Skip = skip;
        CodeOwner owner = _driver.Exporter.CodeOwner;
        FenceSource[] foreign = [_engine.CreateTimeline("t").CreateFence(), .. Lives.Hold(other.CreateTimeline("t"), 2)];
        nint count = (nint)(&_driver.Data->Called);
        foreign[0].Fence.AddCallback((_, _) => Count(default, count), null, owner, out _);
        foreign[1].Fence.AddCallback(&Count, count, owner, out _);
        foreign[2].Fence.AddCallback(&Count, count, owner, out _);
        foreign[2].Fence.AddCallback(static (_, _) => { }, null, out CallbackRegistration hosts);
        report = Unload();
        Assert.True(hosts.Remove(), "the host's callback was touched");
        Lives.End(foreign);
        called = _driver.Data->Called;
    }

    private static void ReadInside(Fence fence, ManualResetEventSlim reading, ManualResetEventSlim leave)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        ReadOnlySpan<byte> name = section.View.DriverName(fence);
        reading.Set();
        while (!leave.IsSet)
        {
            Assert.Equal(KernelDriver.DriverText, Encoding.UTF8.GetString(name));
            Thread.Yield();
        }
    }

    private static string Describe(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        Span<byte> text = stackalloc byte[200];
        return Encoding.UTF8.GetString(text[..section.View.Describe(fence, text)]);
    }

    private static string Recorded(Fence fence, bool driver) =>
        Encoding.UTF8.GetString(NameTable.Text(driver ? fence.Slot->DriverName : fence.Slot->TimelineName));

    private static void Count(Fence fence, nint count) => Interlocked.Increment(ref *(int*)count);

    private static void Nothing(nint data)
    {
    }
}
