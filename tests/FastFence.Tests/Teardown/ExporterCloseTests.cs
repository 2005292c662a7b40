using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Teardown;

public sealed unsafe class ExporterCloseTests : IDisposable
{
    private readonly FenceEngine _engine = Lives.Stepped();
    private readonly Driver _driver = new();

    public void Dispose()
    {
        _engine.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void PendingFencesEndWithTheCodeOfTheCloseAndNothingNewIsMade()
    {
        using Exporter exporter = _engine.CreateExporter("driver");
        Timeline timeline = exporter.CreateTimeline("t");
        FenceRing ring = exporter.CreateRing("r");
        FenceSource[] held = Lives.Hold(timeline, 5);
        held[0].Signal();
        ring.Emit(default, out FenceRef job);
        exporter.Close(FenceError.EntityKilled);
        Assert.Equal(FenceStatus.Signaled, held[0].Fence.Status);
        Assert.All(held[1..], s => Assert.Equal(FenceStatus.Failed(FenceError.EntityKilled), s.Fence.Status));
        Assert.Equal(FenceStatus.Failed(FenceError.EntityKilled), job.Fence.Status);
        Assert.True(exporter.IsClosed && timeline.IsClosed);
        Assert.False(timeline.TryCreateFence(out _));
        Assert.Throws<InvalidOperationException>(() => timeline.CreateFence());
        Assert.Throws<InvalidOperationException>(() => exporter.CreateTimeline("t"));
        Assert.Throws<InvalidOperationException>(() => exporter.CreateRing("r"));
        Assert.Equal(0, exporter.AllocatePrivate(1));
        Assert.Equal(EmitResult.Closed, ring.EmitDetached(default, out _));
        Lives.End(held);
        job.Dispose();
    }

    [Fact]
    public void SignaledFencesThatObserversHoldDoNotHoldItUp()
    {
        using Exporter exporter = _engine.CreateExporter("driver", Driver.ReleaseOnly, _driver.Data);
        FenceSource[] held = Lives.Hold(exporter.CreateTimeline("t"), 100);
        Array.ForEach(held, s => s.Signal());
        exporter.Close();
        Assert.Equal(1, _driver.Released);
        Assert.All(held, s => Assert.Equal(FenceStatus.Signaled, s.Fence.Status));
        Span<byte> text = stackalloc byte[100];
        AccessToken token = default;
        using (AccessSection section = AccessSection.Begin(ref token))
        {
            Assert.Equal("detached-driver signaled-timeline seq 1 signaled"u8, text[..section.View.Describe(held[0].Fence, text)]);
        }

        Lives.End(held);
        Until.Drained(_engine);
    }

    [Fact]
    public void TheReleaseOpRunsOnceAfterTheGracePeriodOnTheReclaimer()
    {
        using Worker reader = new();
        Exporter exporter = _engine.CreateExporter("driver", Driver.ReleaseOnly, _driver.Data);
        using Worker closer = new();
        reader.Do(Section.Enter);
        Action closed = closer.Begin(() => exporter.Close());
        Until.Holds(() => exporter.IsClosed, "the beginning of the close");
        Assert.Equal(0, _driver.Released);
        reader.Do(Section.Exit);
        closed();
        Assert.Equal(1, _driver.Released);
        Assert.NotEqual(closer.Ask(() => Environment.CurrentManagedThreadId), _driver.ReleaseThread);
        exporter.Close();
        exporter.Dispose();
        _engine.Dispose();
        Assert.Equal(1, _driver.Released);
    }

    [Fact]
    public void CloseDoesNotReturnBeforeTheReleaseOpHasWhateverElseIsOnItsWayOut()
    {
        Exporter exporter = _engine.CreateExporter("driver", Driver.ReleaseOnly, _driver.Data);
        using Worker closer = new();
        _driver.HoldRelease(true);
        for (int i = 0; i < 50; i++)
        {
            _engine.DefaultExporter.Retire(0, &DoNothing); // older records that go first
        }

        Action closed = closer.Begin(() => exporter.Close());
        bool returned = false;
        Action after = closer.Begin(() => returned = true);
        Until.Holds(() => _driver.ReleaseThread != 0, "the release op");
        Assert.False(Volatile.Read(ref returned));
        _driver.HoldRelease(false);
        closed();
        after();
        Assert.Equal(1, _driver.Released);
    }

    [Fact]
    public void ASecondCloseDoesNotTouchWhoeverHasTheMemoryNow()
    {
        Exporter first = _engine.CreateExporter("first");
        first.Close();
        List<Exporter> others = [];
        for (int i = 0; i < 3; i++)
        {
            // Its block goes back within a tick or two, and serves one of these.
            Until.Drained(_engine);
            Until.Holds(() => _engine.GetStatistics().PrivateDataRetired == 0, "the first exporter's block");
            others.AddRange(Enumerable.Range(0, 20).Select(number => _engine.CreateExporter("other")));
        }

        Assert.True(first.IsClosed);
        Assert.Throws<InvalidOperationException>(() => first.CreateTimeline("t"));
        first.Close();
        first.Dispose();
        Assert.All(others, e => Assert.False(e.IsClosed));
        others.ForEach(e => e.CreateTimeline("t"));
    }

    [Fact]
    public void SleepersInTheWaitOpAreWokenBeforeTheDataGoes()
    {
        Exporter exporter = _engine.CreateExporter("driver", Driver.Sleeping, _driver.Data);
        FenceSource source = exporter.CreateTimeline("t").CreateFence();
        Fence fence = source.Fence;
        using Worker waiter = new();
        Action woken = waiter.Begin(() => Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), fence.Wait()));
        Until.Holds(() => _driver.Waiting == 1, "a sleeper in the wait op");
        exporter.Close();
        Assert.Equal((0, 1), (_driver.Waiting, _driver.Released));
        woken();
        source.Dispose();
    }

    [Fact]
    public void AWaitOpWithoutAWayToCancelItIsRefused()
    {
        ExporterOps ops = Driver.Sleeping with { CancelWait = null };
        Assert.Throws<ArgumentException>(() => _engine.CreateExporter("driver", ops, 0));
    }

    [Fact]
    public void ClosingInsideASectionIsRefusedAndChangesNothing()
    {
        Exporter exporter = _engine.CreateExporter("driver");
        Timeline timeline = exporter.CreateTimeline("t");
        FenceRing ring = exporter.CreateRing("r");
        AccessToken token = default;
        using (AccessSection section = AccessSection.Begin(ref token))
        {
            Assert.Throws<InvalidOperationException>(() => exporter.Close());
            Assert.Throws<InvalidOperationException>(() => timeline.Close());
            Assert.Throws<InvalidOperationException>(() => ring.Dispose());
            Assert.Throws<InvalidOperationException>(() => ring.Fail(FenceError.DeviceLost));
            Assert.Throws<InvalidOperationException>(_engine.Dispose);
        }

        Assert.False(exporter.IsClosed || timeline.IsClosed || _engine.IsDisposed);
        Assert.True(ring.IsRunning);
        exporter.Close();
    }

    [Fact]
    public void TimelinesAndNamesGoWhenTheirLastFenceIsReclaimed()
    {
        int names = NameTable.Count;
        Exporter exporter = _engine.CreateExporter("a driver of its own");
        Timeline timeline = exporter.CreateTimeline("a timeline of its own");
        FenceSource[] held = Lives.Hold(timeline, 3);
        Assert.Equal(names + 2, NameTable.Count);
        exporter.Close();
        Until.Drained(_engine);
        Assert.Equal(names + 2, NameTable.Count);
        Lives.End(held);
        Until.Holds(() => NameTable.Count == names, "the names given back");
        Assert.True(timeline.IsFreed);
        Assert.Equal((0UL, 0UL), (timeline.LastSeqno, timeline.CompletedSeqno));
        Assert.False(timeline.TryCreateFence(out _));
        timeline.Close();
    }

    [Fact]
    public void TimelinesRingsAndExportersThatComeAndGoLeaveMemoryFlat() => LiveMemory.IsFlatOver(100, () =>
    {
        using Exporter exporter = _engine.CreateExporter("coming and going");
        using Timeline timeline = exporter.CreateTimeline("t");
        using FenceRing ring = exporter.CreateRing("r", new RingOptions { KeepCompletionTimes = true });
        Lives.Many(timeline, 10);
        ring.EmitDetached(default, out _);
        nint data = exporter.AllocatePrivate(1000);
        exporter.FreePrivate(data, 1000);
    });

    private static void DoNothing(nint data)
    {
    }
}
