using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Any and all of several fences: faults 14 and 15, C14, C16.</summary>
public sealed class GroupWaitTests : FenceTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(300)]
    public void AnyWakesWithTheIndexOfTheOneFenceThatSignals(int count)
    {
        foreach (int which in (int[])[0, count / 2, count - 1])
        {
            FenceSource[] sources = Sources(count);
            Fence[] fences = FencesOf(sources);
            long slept = Statistics.WaitsSlept;
            WaitAnyResult result = default;
            Race.Run(
                () => result = FenceWait.Any(fences),
                () =>
                {
                    Race.Until(() => Statistics.WaitsSlept > slept, "the waiter sleeps");
                    sources[which].Signal(FenceError.DeviceLost);
                });

            Assert.Equal((which, FenceStatus.Failed(FenceError.DeviceLost), false), (result.Index, result.Status, result.IsSuccess));
            Drop(sources);
        }

        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(300)]
    public void AllWakesWithTheLastFenceInWhateverOrderTheySignal(int count)
    {
        for (int order = 0; order < 3; order++)
        {
            FenceSource[] sources = Sources(count);
            Fence[] fences = FencesOf(sources);
            FenceStatus status = default;
            int[] turns = [.. Enumerable.Range(0, count)];
            if (order == 1)
            {
                Array.Reverse(turns);
            }
            else if (order == 2)
            {
                new Random(count).Shuffle(turns);
            }

            int done = 0;
            Race.Run(
                () =>
                {
                    status = FenceWait.All(fences);
                    Assert.Equal(count, Volatile.Read(ref done));
                },
                () =>
                {
                    foreach (int turn in turns)
                    {
                        Volatile.Write(ref done, done + 1);
                        sources[turn].Signal();
                    }
                });
            Assert.Equal(FenceStatus.Signaled, status);
            Drop(sources);
        }

        AssertNothingIsHeld();
    }

    [Fact]
    public void EarlyLateAndSimultaneousSignalsAllWakeAnyWithASignaledIndex()
    {
        FenceSource[] sources = Sources(4);
        Fence[] fences = FencesOf(sources);
        WaitAnyResult result = default;
        Race.Rounds(
            2_000,
            _ => result = FenceWait.Any(fences),
            round =>
            {
                Thread.SpinWait(round % 300 * 8);
                foreach (FenceSource source in sources.AsSpan()[..(1 + (round % 4))])
                {
                    source.Signal();
                }
            },
            round =>
            {
                Assert.InRange(result.Index, 0, round % 4);
                Assert.Equal(FenceStatus.Signaled, result.Status);
                Drop(sources);
                sources = Sources(4);
                fences = FencesOf(sources);
            });
        Drop(sources);
        AssertNothingIsHeld();
    }

    [Fact]
    public void ATimeoutThatRacesTheSignalsIsOneOfTheTwoAndLeavesNothing()
    {
        FenceSource[] sources = Sources(3);
        Fence[] fences = FencesOf(sources);
        WaitAnyResult any = default;
        Race.Rounds(
            1_500,
            round => any = FenceWait.Any(fences, TimeSpan.FromTicks(1 + (round % 40 * 10)), WaitHint.Block, CancellationToken.None),
            round =>
            {
                Thread.SpinWait(round % 53 * 60);
                sources[round % 3].Signal();
            },
            round =>
            {
                Assert.Equal(any.IsTimedOut, any.Index < 0);
                Assert.Equal(any.IsTimedOut ? FenceStatus.Pending : FenceStatus.Signaled, any.Status);
                Drop(sources);
                sources = Sources(3);
                fences = FencesOf(sources);
            });
        Drop(sources);
        AssertNothingIsHeld();
        Assert.Equal(0u, ParkedWaiters());
    }

    [Fact]
    public void NoOutcomeOfAGroupIsTakenForAnother()
    {
        FenceSource[] sources = Sources(3);
        Fence[] fences = FencesOf(sources);
        Assert.True(FenceWait.Any(fences, TimeSpan.Zero, CancellationToken.None).IsTimedOut);
        Assert.True(FenceWait.All(fences, TimeSpan.FromTicks(1), CancellationToken.None).IsTimedOut);
        sources[0].Signal();
        sources[1].Signal(FenceError.TimedOut);
        Assert.True(FenceWait.All(fences, TimeSpan.Zero, CancellationToken.None).IsTimedOut);
        sources[2].Signal(FenceError.DeviceLost);
        Assert.Equal(new WaitAnyResult(0, FenceStatus.Signaled), FenceWait.Any(fences));
        WaitResult all = FenceWait.All(fences, s_long, CancellationToken.None);
        Assert.Equal(new WaitResult(false, FenceStatus.Failed(FenceError.TimedOut)), all); // the first that failed
        Assert.False(all.IsSuccess);
        Assert.False(FenceWait.Any(fences.AsSpan()[1..]).IsSuccess);
        Drop(sources);
        Assert.Equal(FenceState.Stale, FenceWait.All(fences).State);
        Assert.Equal(FenceState.Stale, FenceWait.Any(fences).Status.State);
    }

    [Fact]
    public void AFenceThatFailsAndGoesAtOnceIsStillAFailureToItsWaiter()
    {
        for (int round = 0; round < 300; round++)
        {
            FenceSource[] sources = Sources(2);
            Fence[] fences = FencesOf(sources);
            long waits = Statistics.Waits;
            WaitAnyResult result = default;
            Race.Run(
                () => result = FenceWait.Any(fences, s_long, WaitHint.Block, CancellationToken.None),
                () =>
                {
                    Race.Until(() => Statistics.Waits > waits, "the waiter has begun");
                    sources[0].Signal(FenceError.DeviceLost);
                    sources[0].Dispose();
                });
            Assert.Equal(new WaitAnyResult(0, FenceStatus.Failed(FenceError.DeviceLost)), result);
            sources[1].Dispose();
        }

        AssertNothingIsHeld();
    }

    [Fact]
    public void DuplicatesStaleOnesAndTheStubAreDefined()
    {
        FenceSource[] sources = Sources(3);
        Fence[] fences = FencesOf(sources);
        sources[0].Signal();
        sources[0].Dispose();
        Assert.Equal(2, FenceWait.Any([fences[1], fences[1], fences[0]]).Index); // stale is signaled
        Assert.Equal(1, FenceWait.Any([fences[2], Fence.Stub]).Index);
        Race.Run(
            () => Assert.Equal(1, FenceWait.Any([fences[2], fences[1], fences[1], fences[1]]).Index),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter sleeps");
                sources[1].Signal();
            });
        Race.Run(
            () => Assert.Equal(FenceState.Stale, FenceWait.All([fences[2], fences[0], fences[2], Fence.Stub]).State),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 2, "the waiter sleeps");
                sources[2].Signal();
            });
        sources[1].Dispose();
        sources[2].Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void NullHandlesNoFencesAndSectionsAreRefusedWithAReason()
    {
        (Fence fence, FenceSource source) = Pending();
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => FenceWait.Any([fence, default]));
        Assert.Contains("fences[1]", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FenceWait.All([default]));
        Assert.Throws<ArgumentException>(() => FenceWait.Any([]));
        Assert.Equal(FenceStatus.Signaled, FenceWait.All([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => FenceWait.All([fence], TimeSpan.FromTicks(-1), CancellationToken.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => FenceWait.All([fence], s_long, (WaitHint)9, CancellationToken.None));
        AccessToken token = default;
        using (AccessSection.Begin(ref token))
        {
            Assert.Throws<InvalidOperationException>(() => FenceWait.Any([fence, fence]));
            Assert.True(FenceWait.Any([fence, fence], TimeSpan.Zero, CancellationToken.None).IsTimedOut);
        }

        source.Dispose();
    }

    [Fact]
    public void ATokenEndsTheGroupAndLeavesTheFencesAlone()
    {
        FenceSource[] sources = Sources(12);
        Fence[] fences = FencesOf(sources);
        using CancellationTokenSource cancel = new();
        Race.Run(
            () => Assert.Throws<OperationCanceledException>(() => FenceWait.All(fences, s_long, cancel.Token)),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter sleeps");
                cancel.Cancel();
            });
        Assert.All(fences, fence => Assert.False(fence.IsSignaled));
        Assert.Equal(0u, ParkedWaiters());
        Drop(sources);
        AssertNothingIsHeld();
    }

    [Fact]
    public void FencesOfTwoEnginesAreWaitedForTogether()
    {
        using FenceEngine other = new(new FenceEngineOptions { StartPoller = false });
        FenceSource there = other.CreateTimeline("there").CreateFence();
        (Fence fence, FenceSource here) = Pending();
        Race.Run(
            () => Assert.Equal(1, FenceWait.Any([fence, there.Fence]).Index),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter sleeps");
                there.Signal();
            });
        here.Dispose();
        there.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void AGroupAtTheBoundOfNodesPollsAndIsStillRight()
    {
        using FenceEngine small = new(new FenceEngineOptions { StartPoller = false, MaxCallbacks = 2, MagazineSize = 1 });
        Timeline timeline = small.CreateTimeline("small");
        FenceSource[] sources = [.. Enumerable.Range(0, 6).Select(_ => timeline.CreateFence())];
        Fence[] fences = FencesOf(sources);
        Assert.True(FenceWait.All(fences, TimeSpan.FromMilliseconds(2), CancellationToken.None).IsTimedOut);
        Race.Run(
            () => Assert.Equal(FenceStatus.Signaled, FenceWait.All(fences)),
            () => Array.ForEach(sources, source => source.Signal()));
        Drop(sources);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(64)]
    public void WaitingForAGroupAllocatesNothing(int count)
    {
        FenceSource[] sources = Sources(count);
        Fence[] fences = FencesOf(sources);
        Rounds(20);
        long live = FastFence.Memory.BlockHeap.LiveBytes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Rounds(300);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(FastFence.Memory.BlockHeap.LiveBytes - live, 0, 1 << 20); // bags for the removed nodes, not a block each
        Drop(sources);
        AssertNothingIsHeld();

        void Rounds(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                FenceWait.Any(fences, TimeSpan.FromTicks(1), WaitHint.Block, CancellationToken.None);
                FenceWait.All(fences, TimeSpan.FromTicks(1), WaitHint.Block, CancellationToken.None);
            }
        }
    }

    private unsafe uint ParkedWaiters() => Engine.Block->Pools.Parked;

    // Each on a timeline of its own: signals take effect at once, in any order.
    private FenceSource[] Sources(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        _timelines = _timelines.Length > i ? _timelines : [.. _timelines, Engine.CreateTimeline("group")];
        return _timelines[i].CreateFence();
    })];

    private Timeline[] _timelines = [];

    private static Fence[] FencesOf(FenceSource[] sources) => [.. sources.Select(source => source.Fence)];

    private static void Drop(FenceSource[] sources)
    {
        foreach (FenceSource source in sources)
        {
            source.Dispose();
        }
    }
}
