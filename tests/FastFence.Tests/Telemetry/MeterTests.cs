using System.Text.RegularExpressions;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using FastFence.Tests.Reclamation;
using FastFence.Tests.Rings;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>The meter "FastFence" (C9): what its listeners hear of a known course of events.</summary>
public sealed unsafe partial class MeterTests
{
    private static readonly FenceEngineOptions s_stepped = new() { StartPoller = false };
    private static readonly int[] s_errors = [-62, -62, -125, -2, -3, -5, -5, -5, -17];

    [Fact]
    public void FencesCallbacksAndWaitsAreCountedOneByOne()
    {
        using FenceEngine engine = new(s_stepped);
        using Measured measured = new(engine);
        using Timeline timeline = engine.CreateTimeline("counted");
        using FenceSource first = timeline.CreateFence();
        using FenceSource second = timeline.CreateFence();
        using FenceSource third = timeline.CreateFence();
        Assert.Equal(AddCallbackResult.Added, first.Fence.AddCallback(&Nothing, 0, out _));
        Assert.True(first.Fence.Wait(TimeSpan.FromMilliseconds(1)).IsTimedOut);
        ValueTask<FenceStatus> awaited = second.Fence.WaitAsync();
        first.Signal();
        first.Signal();
        Assert.Equal(AddCallbackResult.AlreadySignaled, first.Fence.AddCallback(&Nothing, 0, out _));
        measured.Look();
        Assert.Equal((3, 1, 2, 3), (measured["fastfence.fences.created"], measured["fastfence.fences.signaled"], measured["fastfence.fences.pending"], measured["fastfence.fences.live"]));
        Assert.Equal((1, 1, 0), (measured["fastfence.callbacks.run"], measured["fastfence.callbacks.late"], measured["fastfence.callbacks.thrown"]));
        Assert.Equal((1, 1, 1), (measured["fastfence.waits"], measured["fastfence.waits.timed_out"], measured["fastfence.awaits"]));
        Assert.Equal(1, measured["fastfence.signals.repeated"]);
        second.Signal();
        Assert.True(awaited.AsTask().GetAwaiter().GetResult().IsCompleted);
        Fence stale = third.Fence;
        third.Dispose();
        using (FenceEngine other = new(s_stepped))
        {
            Assert.False(stale.TryAcquire(out _)); // an engine's own count
        }

        measured.Look();
        Assert.Equal(1, measured["fastfence.fences.failed{error.type=ECANCELED}"]);
        EngineStatistics statistics = engine.GetStatistics();
        Assert.Equal((1, 1, 0), (statistics.Awaits, statistics.FencesCanceled, statistics.FencesPending));
    }

    [Fact]
    public void FailedFencesAreToldApartByTheirErrors()
    {
        using FenceEngine engine = new(s_stepped);
        using Measured measured = new(engine);
        using Timeline timeline = engine.CreateTimeline("failing");
        foreach (int errno in s_errors)
        {
            using FenceSource source = timeline.CreateFence();
            source.Signal(new FenceError(errno));
        }

        using (FenceSource fine = timeline.CreateFence())
        {
            fine.Signal();
        }

        measured.Look();
        Assert.Equal(
            (2, 1, 1, 1, 3, 1),
            (Of("ETIME"), Of("ECANCELED"), Of("ENOENT"), Of("ESRCH"), Of("EIO"), Of("_OTHER")));
        Assert.Equal(s_errors.Length, engine.GetStatistics().FencesFailed);
        Assert.Equal(10, measured["fastfence.fences.signaled"]); // the control: what does not fail is under no error
        double Of(string error) => measured[$"fastfence.fences.failed{{error.type={error}}}"];
    }

    [Fact]
    public void RingsTurnsAndBatchesAreCountedAndLatenciesAreSeconds()
    {
        using SteppedRing on = new(new RingOptions { Capacity = 64, KeepCompletionTimes = true });
        using Measured measured = new(on.Engine);
        HistogramFeed.Feed();
        on.Emit(10);
        while (on.Ring.Consumer.TryTake(out _))
        {
        }

        on.Ring.Consumer.Complete(on.Ring.Consumer.Position, MonotonicClock.Nanoseconds);
        Assert.Equal(10, on.Step());
        on.Step();
        measured.Look();
        HistogramFeed.Feed();
        Assert.Equal((10, 10, 1), (measured["fastfence.fences.emitted"], measured["fastfence.poller.retired"], measured["fastfence.poller.batches"]));
        Assert.Equal([10.0], measured.Histogram("fastfence.retire.batch"));
        Assert.All(measured.Histogram("fastfence.retire.latency"), static s => Assert.InRange(s, 0, 3600.0));
        Assert.Equal(10, measured.Histogram("fastfence.retire.latency").Count);
        HistogramFeed.Feed();
        Assert.Single(measured.Histogram("fastfence.retire.batch")); // nothing is handed on twice
        on.MustEndClean();
    }

    [Fact]
    public void TimelinesAreShownByTheirNamesUpToTheBound()
    {
        using FenceEngine engine = new(s_stepped);
        using Measured measured = new(engine);
        using Exporter exporter = engine.CreateExporter("driver-x");
        using Timeline timeline = exporter.CreateTimeline("line-y", new TimelineOptions { StartSeqno = 40 });
        using FenceSource first = timeline.CreateFence();
        using FenceSource second = timeline.CreateFence();
        first.Signal();
        string tags = $"{{fastfence.driver=driver-x,fastfence.timeline=line-y,fastfence.context={timeline.Context}}}";
        measured.Look();
        Assert.Equal((2, 1, 1), (measured["fastfence.timeline.fences" + tags], measured["fastfence.timeline.completed" + tags], measured["fastfence.timeline.pending" + tags]));
        Assert.Equal((1, 0), (measured["fastfence.timelines{fastfence.shown=yes}"], measured["fastfence.timelines{fastfence.shown=no}"]));
        for (int i = 0; i < TimelineMeter.MostTimelines + 4; i++)
        {
            exporter.CreateTimeline($"more-{i}");
        }

        measured.Look();
        Assert.Equal(TimelineMeter.MostTimelines, measured.SeriesOf("fastfence.timeline.pending").Count);
        Assert.Equal((TimelineMeter.MostTimelines, 5), (measured["fastfence.timelines{fastfence.shown=yes}"], measured["fastfence.timelines{fastfence.shown=no}"]));
    }

    [Fact]
    public void LimboIsCountedInSlotsAndBytesAndEndsEmpty()
    {
        using FenceEngine engine = new(s_stepped);
        using Measured measured = new(engine);
        using Timeline timeline = engine.CreateTimeline("limbo");
        using Worker reader = new();
        reader.Do(Section.Enter);
        for (int i = 0; i < 3; i++)
        {
            using FenceSource source = timeline.CreateFence();
            source.Fence.AddCallback(&Nothing, 0, out _);
            source.Signal();
        }

        measured.Look();
        Assert.Equal(6, measured["fastfence.limbo.slots"]); // the reader's section holds the grace period up
        Assert.Equal(3 * (Reservation.FenceBytes + Reservation.NodeBytes), measured["fastfence.limbo.size"]);
        reader.Do(Section.Exit);

        Assert.True(engine.Barrier(TimeSpan.FromSeconds(30)));
        measured.Look();
        Assert.Equal((0, 0), (measured["fastfence.limbo.slots"], measured["fastfence.limbo.size"]));
        Assert.True(measured["fastfence.memory.slabs"] >= 2);
        Assert.Contains("fastfence.memory.committed", measured.SeriesOf("fastfence.memory.committed"));
    }

    [Fact]
    public void AnEngineThatIsDisposedIsMeasuredNoMore()
    {
        FenceEngine engine = new(s_stepped);
        using Measured measured = new(engine);
        Assert.NotEmpty(measured.Look().SeriesOf("fastfence.fences.live"));
        engine.Dispose();
        Assert.Empty(measured.Look().SeriesOf("fastfence.fences.live"));
    }

    [Fact]
    public void NamesAreDottedLowerCaseAndUnitsAreOfUcum()
    {
        using FenceEngine engine = new(s_stepped);
        using Measured measured = new(engine);
        Assert.InRange(measured.Units.Count, 50, 100);
        Assert.All(measured.Units, static unit =>
        {
            Assert.Matches(NameShape(), unit.Key);
            Assert.Matches(UnitShape(), unit.Value);
        });
        Assert.DoesNotMatch(NameShape(), "FastFence.Fences");
        Assert.DoesNotMatch(UnitShape(), "ms");
    }

    [Fact]
    public void AnEvenDrawHandsOnEveryValueOrAsManyAsItMayInTheSameShares()
    {
        long[] buckets = new long[LatencyCells.BucketCount];
        buckets[3] = 2;
        buckets[9] = 1;
        List<long> few = [];
        HistogramFeed.Draw(buckets, 3, few.Add);
        Assert.Equal([3L, 3, 9], few);
        buckets[3] = 3_000_000;
        buckets[9] = 1_000_000;
        List<long> many = [];
        HistogramFeed.Draw(buckets, 4_000_000, many.Add);
        Assert.Equal(HistogramFeed.MostValues, many.Count);
        Assert.Equal(HistogramFeed.MostValues * 3 / 4, many.Count(static v => v == 3));
    }

    private static void Nothing(Fence fence, nint argument)
    {
    }

    [GeneratedRegex("^fastfence(\\.[a-z][a-z_]*)+$")]
    private static partial Regex NameShape();

    [GeneratedRegex("^(\\{[a-z]+\\}|s|By|1)$")]
    private static partial Regex UnitShape();
}
