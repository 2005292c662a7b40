using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Rings;

/// <summary>Jobs that wait for fences, stepped by hand where order is the question.</summary>
public sealed class WaitingJobTests
{
    private static readonly FenceEngineOptions s_stepped = new() { StartPoller = false };

    private static RingCommand Job(ulong number) => new() { Opcode = 1, Argument0 = number };

    [Fact]
    public void AJobGoesOutWhenTheLastOfItsInFencesHasSignaledAndNotBefore()
    {
        using FenceEngine engine = new(s_stepped);
        FenceRing ring = engine.CreateRing("r");
        Timeline software = engine.CreateTimeline("in");
        FenceSource a = software.CreateFence();
        FenceSource b = software.CreateFence();
        Assert.Equal(EmitResult.Emitted, ring.EmitWhen([a.Fence, b.Fence], Job(7), out FenceRef fence));
        Assert.Equal(1UL, fence.Fence.Seqno);
        MustHold(engine, ring);
        a.Signal();
        MustHold(engine, ring);
        b.Signal();
        engine.Poller.DoWork();
        Assert.True(ring.Consumer.TryTake(out RingCommand taken));
        Assert.Equal(7UL, taken.Argument0);
        Assert.Equal(1, engine.GetStatistics().JobsFed);
        ring.Consumer.Complete(1);
        engine.Poller.DoWork();
        Assert.Equal(FenceStatus.Signaled, fence.Fence.Status);
        End(engine, fence, a, b);
    }

    // The control of the one above: what holds the job is its in-fences, and nothing else.
    [Fact]
    public void AJobWhoseInFencesHaveSignaledGoesOutAtOnce()
    {
        using FenceEngine engine = new(s_stepped);
        FenceRing ring = engine.CreateRing("r");
        FenceSource a = engine.CreateTimeline("in").CreateFence();
        a.Signal(FenceError.DeviceLost); // a failed fence holds nothing up either
        Assert.Equal(EmitResult.Emitted, ring.EmitWhen([a.Fence], Job(1), out FenceRef one));
        Assert.Equal(EmitResult.Emitted, ring.EmitWhen([], Job(2), out FenceRef two));
        Assert.True(ring.Consumer.TryTake(out _) && ring.Consumer.TryTake(out _));
        Assert.Equal(0, engine.GetStatistics().JobsFed);
        ring.Consumer.Complete(2);
        engine.Poller.DoWork();
        two.Dispose();
        End(engine, one, a);
    }

    [Fact]
    public void JobsBehindAWaitingOneKeepTheirTurn()
    {
        using FenceEngine engine = new(s_stepped);
        FenceRing ring = engine.CreateRing("r");
        Timeline software = engine.CreateTimeline("in");
        FenceSource a = software.CreateFence();
        FenceSource b = software.CreateFence();
        ring.EmitWhen([b.Fence], Job(1), out FenceRef one);
        ring.Emit(Job(2), out FenceRef two);
        ring.EmitWhen([a.Fence], Job(3), out FenceRef three);
        a.Signal();
        MustHold(engine, ring);
        b.Signal();
        engine.Poller.DoWork();
        for (ulong i = 1; i <= 3; i++)
        {
            Assert.True(ring.Consumer.TryTake(out RingCommand taken));
            Assert.Equal(i, taken.Argument0);
        }

        ring.Consumer.Complete(3);
        engine.Poller.DoWork();
        two.Dispose();
        three.Dispose();
        End(engine, one, a, b);
    }

    [Fact]
    public void AJobWaitsForAnotherRingsFenceAndGoesOutInTheTurnThatSignalsIt()
    {
        using FenceEngine engine = new(s_stepped);
        FenceRing first = engine.CreateRing("first", new RingOptions { Capacity = 2 });
        FenceRing second = engine.CreateRing("second", new RingOptions { Capacity = 2 });
        for (ulong i = 1; i <= 9; i++) // round the ring: lines are used again
        {
            first.Emit(Job(i), out FenceRef one);
            second.EmitWhen([one.Fence], Job(i), out FenceRef two);
            MustHold(engine, second);
            Assert.True(first.Consumer.TryTake(out _));
            first.Consumer.Complete(i);
            engine.Poller.DoWork();
            Assert.True(second.Consumer.TryTake(out RingCommand taken));
            Assert.Equal(i, taken.Argument0);
            second.Consumer.Complete(i);
            engine.Poller.DoWork();
            Assert.True(two.Fence.IsSignaled);
            one.Dispose();
            two.Dispose();
        }

        Assert.Equal(0, engine.GetStatistics().CallbacksAdded); // its own poller signals them: no node is needed
    }

    [Fact]
    public void AFailingRingEndsItsWaitingJobsOnceAndTheyNeverGoOut()
    {
        using FenceEngine engine = new(s_stepped);
        FenceRing ring = engine.CreateRing("r");
        FenceSource a = engine.CreateTimeline("in").CreateFence();
        ring.EmitWhen([a.Fence], Job(1), out FenceRef one);
        ring.Emit(Job(2), out FenceRef two);
        Assert.True(ring.Fail(FenceError.DeviceLost));
        Assert.Equal((FenceError.DeviceLost, FenceError.DeviceLost), (one.Fence.Status.Error, two.Fence.Status.Error));
        a.Signal();
        MustHold(engine, ring);
        Assert.Equal(0, engine.GetStatistics().SignalsRepeated);
        Assert.Equal(EmitResult.Closed, ring.EmitWhen([a.Fence], Job(3), out _));
        two.Dispose();
        End(engine, one, a);
    }

    [Fact]
    public void AHoleBehindAWaitingJobIsMendedAndTheWaitingJobIsNoHole()
    {
        using SteppedRing stepped = new();
        FenceSource a = stepped.Engine.CreateTimeline("in").CreateFence();
        stepped.Ring.EmitWhen([a.Fence], Job(1), out FenceRef one);
        stepped.Held.Add(one);
        var hole = stepped.StandStill();
        stepped.MendHole();
        a.Signal();
        stepped.Engine.Poller.DoWork();
        Assert.True(stepped.Ring.Consumer.TryTake(out RingCommand first));
        Assert.Equal(1u, first.Opcode);
        Assert.True(stepped.Ring.Consumer.TryTake(out RingCommand second));
        Assert.Equal(0u, second.Opcode); // the hole
        Assert.Equal(EmitResult.GivenUp, stepped.GoOn(hole));
        stepped.Ring.Consumer.Complete(2);
        stepped.Engine.Poller.DoWork();
        a.Dispose();
        stepped.MustEndClean();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ADeviceIsLateForAPublishedJobAndNotForOneThatWaits(bool waits)
    {
        using FenceEngine engine = new();
        FenceRing ring = engine.CreateRing("r", new RingOptions { Watchdog = TimeSpan.FromMilliseconds(20) });
        FenceSource a = engine.CreateTimeline("in").CreateFence();
        ring.EmitWhen(waits ? [a.Fence] : [], Job(1), out FenceRef fence);
        ulong ticks = engine.HousekeeperTicks;
        if (waits)
        {
            Until.Holds(() => engine.HousekeeperTicks > ticks + 20, "ticks of ten milliseconds and more");
            Assert.False(fence.Fence.IsSignaled);
            a.Signal();
            Until.Holds(() => ring.Consumer.HasWork || fence.Fence.IsSignaled, "the job");
        }

        Until.Holds(() => fence.Fence.IsSignaled, "the watchdog");
        Assert.Equal(FenceError.TimedOut, fence.Fence.Status.Error);
        End(engine, fence, a);
    }

    // The park is longer than the test may last: only the wake can let the job out.
    [Theory]
    [InlineData(PollerKind.Managed)]
    [InlineData(PollerKind.Auto)]
    public void AParkedPollerIsWokenByAFenceThatItDoesNotSignalItself(PollerKind kind)
    {
        using FenceEngine engine = new(new FenceEngineOptions
        {
            PollerKind = kind,
            PollerSpin = TimeSpan.Zero,
            PollerYield = TimeSpan.Zero,
            PollerPark = TimeSpan.FromMinutes(1),
        });
        FenceRing ring = engine.CreateRing("r");
        Timeline software = engine.CreateTimeline("in");
        for (ulong i = 1; i <= 20; i++)
        {
            FenceSource a = software.CreateFence();
            ring.EmitWhen([a.Fence], Job(i), out FenceRef fence);
            Until.Holds(() => engine.Poller.IsParked, "the poller's sleep");
            Assert.False(ring.Consumer.HasWork);
            a.Signal();
            Until.Holds(() => ring.Consumer.TryTake(out _), "the job");
            ring.Consumer.Complete(i);
            Until.Holds(() => fence.Fence.IsSignaled, "its fence");
            a.Dispose();
            fence.Dispose();
        }
    }

    [Fact]
    public void WhatCannotBeWaitedForIsRefusedByName()
    {
        using FenceEngine engine = new(s_stepped);
        using FenceEngine other = new(s_stepped);
        FenceRing ring = engine.CreateRing("r");
        Timeline software = engine.CreateTimeline("in");
        FenceSource[] many = [.. Enumerable.Range(0, FenceRing.MostInFences + 1).Select(_ => software.CreateFence())];
        Fence[] fences = [.. many.Select(s => s.Fence)];
        Assert.Contains("at most 7", Assert.Throws<ArgumentException>(() => ring.EmitWhen(fences, Job(1), out _)).Message, StringComparison.Ordinal);
        FenceSource foreign = other.CreateTimeline("in").CreateFence();
        Assert.Contains("another engine", Assert.Throws<ArgumentException>(() => ring.EmitWhen([foreign.Fence], Job(1), out _)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => ring.EmitWhen([default], Job(1), out _));
        Assert.Equal((0L, 0UL), (ring.Outstanding, ring.Timeline.LastSeqno));
        Assert.Equal(EmitResult.Emitted, ring.EmitWhen(fences.AsSpan(1), Job(1), out FenceRef fence)); // seven
        Array.ForEach(many, s => s.Signal());
        engine.Poller.DoWork();
        Assert.True(ring.Consumer.TryTake(out _));
        ring.Consumer.Complete(1);
        engine.Poller.DoWork();
        foreign.Dispose();
        End(engine, fence, many);
    }

    private static void MustHold(FenceEngine engine, FenceRing ring)
    {
        engine.Poller.DoWork();
        engine.Poller.DoWork();
        Assert.False(ring.Consumer.TryTake(out _));
        Assert.False(ring.Consumer.HasWork);
    }

    private static void End(FenceEngine engine, FenceRef fence, params FenceSource[] sources)
    {
        fence.Dispose();
        Array.ForEach(sources, s => s.Dispose());
        Until.Drained(engine);
        EngineStatistics now = engine.GetStatistics();
        Assert.Equal((0, 0, 0), (now.FencesLive, now.CallbackNodesLive, now.SlotsLost));
        Assert.Equal(now.CallbacksAdded, now.CallbacksRun + now.CallbacksRemoved);
    }
}
