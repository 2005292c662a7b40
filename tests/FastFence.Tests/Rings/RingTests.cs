using FastFence.Platform;
using FastFence.Rings;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Rings;

public sealed unsafe class RingTests
{
    private static readonly int[] s_ten = [.. Enumerable.Range(1, 10)];

    [Fact]
    public void JobsAreTakenInOrderAndFencesSignaledByThePollerAlone()
    {
        using SteppedRing on = new(new RingOptions { Capacity = 16 });
        Fence[] fences = on.Emit(10);
        List<ulong> taken = [];
        while (on.Ring.Consumer.TryPeek(out RingCommand seen) && on.Ring.Consumer.TryTake(out RingCommand command))
        {
            Assert.Equal(seen, command);
            taken.Add(command.Argument0);
        }

        Assert.Equal(s_ten.Select(i => (ulong)i), taken);
        Assert.False(on.Ring.Consumer.HasWork);
        on.Ring.Consumer.Complete(7);
        Assert.DoesNotContain(fences, f => f.IsSignaled);
        Assert.Equal(7, on.Step());
        Assert.Equal(s_ten.Select(i => i <= 7), fences.Select(f => f.IsSignaled));
        Assert.Equal(3, on.Ring.Outstanding);
        Assert.Equal(fences.Select(f => f.Seqno), s_ten.Select(i => (ulong)i));
        on.Ring.Consumer.Complete(10);
        Assert.Equal(3, on.Step());
        Assert.Equal(0, on.Step());
        on.MustEndClean();
    }

    [Fact]
    public void AFullRingRefusesAndLosesNothing()
    {
        using SteppedRing on = new();
        on.Emit(8);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(EmitResult.RingFull, on.Ring.Emit(default, out FenceRef refused));
            Assert.True(refused.IsNull);
            Assert.Equal(EmitResult.RingFull, on.Ring.EmitNop());
        }

        Assert.Equal(8, on.Engine.GetStatistics().FencesLive);
        on.Execute();
        Assert.Equal(EmitResult.RingFull, on.Ring.Emit(default, out _)); // done, but not retired
        on.Step();
        on.Round(8);
        Assert.All(on.Held, f => Assert.True(f.Fence.IsSignaled));
        Assert.Equal(16u, on.Ring.Timeline.CompletedSeqno);
        on.MustEndClean();
    }

    [Theory]
    [InlineData(32, uint.MaxValue - 5UL)]
    [InlineData(32, (1UL << 40) - 3)]
    [InlineData(64, uint.MaxValue - 5UL)]
    [InlineData(64, (1UL << 62) - 3)]
    public void SeqnosRunOnOverTheWrapOfTheirWord(int bits, ulong start)
    {
        using SteppedRing on = new(new RingOptions { Capacity = 8, CompletionBits = bits, StartSeqno = start });
        for (int round = 0; round < 10; round++)
        {
            Fence[] fences = on.Emit(5);
            on.Execute();
            Assert.Equal(5, on.Step());
            Assert.All(fences, f => Assert.Equal(FenceStatus.Signaled, f.Status));
        }

        Assert.Equal(start + 50, on.Ring.Timeline.CompletedSeqno);
        Assert.Equal(0, on.Engine.GetStatistics().WordsRefused);
        on.MustEndClean();
    }

    [Theory]
    [InlineData(32, 100UL, 105UL)]
    [InlineData(32, 100UL, 101UL)]
    [InlineData(32, 100UL, 0UL)]
    [InlineData(32, 100UL, 0x8000_0000UL)]
    [InlineData(32, uint.MaxValue - 1UL, uint.MaxValue - 1UL)]
    [InlineData(64, 100UL, 105UL)]
    [InlineData(64, 100UL, 101UL)]
    [InlineData(64, 100UL, 0UL)]
    [InlineData(64, 100UL, ulong.MaxValue)]
    [InlineData(64, 100UL, (1UL << 32) + 103)]
    public void AWordThatCannotBeIsRefusedAndSignalsNothingByMistake(int bits, ulong start, ulong nonsense)
    {
        using SteppedRing on = new(new RingOptions { Capacity = 8, CompletionBits = bits, StartSeqno = start });
        Fence[] fences = on.Emit(4);
        on.Ring.Consumer.Complete(start + 2);
        Assert.Equal(2, on.Step());
        on.Ring.Consumer.WriteWord(nonsense);
        Assert.Equal(0, on.Step());
        Assert.Equal(1, on.Engine.GetStatistics().WordsRefused);

        // The housekeeper then ends what is outstanding; a right word that comes late changes nothing any more.
        on.Ring.Consumer.WriteWord(start + 4);
        Until.Holds(() => on.Ring.Outstanding == 0, "the end of a faulted ring");
        Assert.Equal([FenceStatus.Signaled, FenceStatus.Signaled], fences[..2].Select(f => f.Status));
        Assert.All(fences[2..], f => Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), f.Status));
        Assert.Equal(EmitResult.Closed, on.Ring.Emit(default, out _));
        Assert.False(on.Ring.IsRunning);
        on.MustEndClean();
    }

    [Fact]
    public void ANopTakesASeqnoAndHasNoFence()
    {
        using SteppedRing on = new();
        on.Emit(1);
        Assert.Equal(EmitResult.Emitted, on.Ring.EmitNop());
        on.Emit(1);
        List<uint> opcodes = [];
        while (on.Ring.Consumer.TryTake(out RingCommand command))
        {
            opcodes.Add(command.Opcode);
        }

        Assert.Equal([1u, 0u, 1u], opcodes);
        on.Ring.Consumer.Complete(3);
        Assert.Equal(3, on.Step());
        Assert.Equal([1u, 3u], on.Held.Select(f => f.Fence.Seqno));
        Assert.Equal(2, on.Engine.GetStatistics().FencesSignaled);
        on.MustEndClean();
    }

    [Fact]
    public void ADetachedFenceGoesStaleWhenItIsRetired()
    {
        using SteppedRing on = new();
        Assert.Equal(EmitResult.Emitted, on.Ring.EmitDetached(default, out Fence fence));
        Assert.Equal(FenceStatus.Pending, fence.Status);
        on.Execute();
        on.Step();
        Assert.Equal(FenceStatus.Stale, fence.Status);
        Assert.True(fence.IsSignaled);
        on.MustEndClean();
    }

    [Fact]
    public void ALongBatchOnOneRingDoesNotStarveTheOthers()
    {
        using SteppedRing on = new(new RingOptions { Capacity = 128 }, new FenceEngineOptions { RetireBudget = 4 });
        FenceRing[] others = [on.Engine.CreateRing("b"), on.Engine.CreateRing("c")];
        on.Emit(100);
        foreach (FenceRing other in others)
        {
            other.EmitDetached(default, out _);
            other.Consumer.Complete(1);
        }

        on.Execute();
        Assert.Equal(4 + 1 + 1, on.Step());
        Assert.All(others, r => Assert.Equal(0, r.Outstanding));
        for (int turn = 2; turn <= 25; turn++)
        {
            Assert.Equal(4, on.Step());
        }

        Assert.Equal(0, on.Ring.Outstanding);
    }

    [Fact]
    public void TurnsBeginAtAnotherRingEachTime()
    {
        using SteppedRing on = new();
        List<int> order = [];
        FenceRing[] rings = [on.Ring, on.Engine.CreateRing("b"), on.Engine.CreateRing("c")];
        for (int turn = 0; turn < 3; turn++)
        {
            for (int i = 0; i < rings.Length; i++)
            {
                int number = i;
                rings[i].EmitDetached(default, out Fence fence);
                fence.AddCallback((_, _) => order.Add(number), null, out _);
                rings[i].Consumer.Complete((ulong)turn + 1);
            }

            int expected = order.Count + rings.Length;
            on.Step();
            Until.Holds(() => on.Engine.GetStatistics().CallbacksRun == expected, "the dispatcher");
        }

        Assert.Equal(3, order.Chunk(3).Select(turn => turn[0]).Distinct().Count());
        Assert.All(order.Chunk(3), turn => Assert.Equal(3, turn.Distinct().Count()));
    }

    [Fact]
    public void OneReportForSeveralPositionsStampsThemAll()
    {
        using SteppedRing on = new(new RingOptions { Capacity = 8, KeepCompletionTimes = true });
        for (int round = 0; round < 5; round++)
        {
            on.Round(7);
        }

        IReadOnlyList<LatencyCount> latency = on.Engine.Poller.GetRetireLatency();
        Assert.Equal(35, latency.Sum(l => l.Count));

        // An unstamped position would read as late as the machine is old, or a round old.
        Assert.All(latency, l => Assert.True(l.Nanoseconds < 60_000_000_000));
        for (ulong i = 0; i < 8; i++)
        {
            Assert.NotEqual(0, on.Ring.Block->CompletionTimes[i]);
        }
    }

    [Fact]
    public void WhatTheDeviceReportedBeforeTheRingFailedIsDone()
    {
        using SteppedRing on = new();
        Fence[] fences = on.Emit(5);
        on.Ring.Consumer.Complete(3); // not seen by any turn yet
        Assert.True(on.Ring.Fail(FenceError.TimedOut));
        Assert.All(fences[..3], f => Assert.Equal(FenceStatus.Signaled, f.Status));
        Assert.All(fences[3..], f => Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), f.Status));
        Assert.True(on.Ring.Fail(FenceError.DeviceLost)); // nothing is left
        on.MustEndClean();
    }

    [Fact]
    public void BetweenStepsTheClockOfSoftwareTimelinesGoesOn()
    {
        using SteppedRing on = new();
        on.Round(1);
        long before = MonotonicClock.Nanoseconds;
        using FenceSource source = on.Engine.CreateTimeline("t").CreateFence();
        source.Signal();
        Assert.True(source.Fence.TimestampNanoseconds >= before - 64);
    }

    [Fact]
    public void ADetachedConsumerDoesNothing()
    {
        using SteppedRing on = new();
        on.Round(1);
        on.MustEndClean();
        RingConsumer consumer = on.Ring.Consumer;
        Assert.True(consumer.IsDetached);
        Assert.False(consumer.HasWork || consumer.TryTake(out _) || consumer.TryPeek(out _));
        Assert.False(consumer.WaitForWork(long.MaxValue));
        consumer.Complete(5);
        consumer.CompleteSilently(5);
        consumer.WriteWord(5);
        consumer.Interrupt();
        consumer.WakeDevice();
        Assert.Equal(0, on.Ring.Outstanding);
        Assert.False(on.Ring.IsRunning);
        Assert.Equal(EmitResult.Closed, on.Ring.Emit(default, out _));
        Assert.Equal(EmitResult.Closed, on.Ring.EmitNop());
        on.Ring.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1 << 21)]
    public void ACapacityThatIsNoPowerOfTwoInRangeIsRefused(int capacity)
    {
        using SteppedRing on = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => on.Engine.CreateRing("r", new RingOptions { Capacity = capacity }));
        Assert.Throws<ArgumentOutOfRangeException>(() => on.Engine.CreateRing("r", new RingOptions { CompletionBits = 16 }));
    }

    [Fact]
    public void AMillionLivesOnARingAllocateNothingManaged()
    {
        using SteppedRing on = new(new RingOptions { Capacity = 1024 });
        Loop(on, 2000);

        // A managed lock that is contended for the first time makes its event once (280 bytes): that round is warm-up still. What
        // a life allocates, every round allocates.
        long allocated = MillionLives(on);
        for (int round = 1; allocated != 0 && round < 5; round++)
        {
            allocated = MillionLives(on);
        }

        Assert.Equal(0, allocated);
        on.MustEndClean();
    }

    private static long MillionLives(SteppedRing on)
    {
        long signaled = on.Engine.GetStatistics().FencesSignaled;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Loop(on, 1_000_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(1_000_000, on.Engine.GetStatistics().FencesSignaled - signaled);
        return allocated;
    }

    private static void Loop(SteppedRing on, int lives)
    {
        Span<FenceRef> held = stackalloc FenceRef[250];
        RingCommand command = new() { Opcode = 1 };
        for (int done = 0; done < lives; done += held.Length)
        {
            for (int i = 0; i < held.Length; i++)
            {
                on.Ring.Emit(command, out held[i]);
            }

            on.Execute();
            on.Step();
            foreach (FenceRef fence in held)
            {
                fence.Dispose();
            }
        }
    }
}
