using FastFence.Tests.Fences;
using FastFence.Tests.Memory;
using FastFence.Waiting;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Waiting for a timeline's value, and exact wakes: C10, C14, faults 12 and 13.</summary>
public sealed class ValueWaitTests : FenceTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    private unsafe ulong Awaited => Timeline.Block->Awaited;

    private unsafe uint Sorted => Timeline.Block->WaiterSorted;

    [Fact]
    public void AValueIsWaitedForBeforeItsFenceExistsAndTheTestIsAtLeast()
    {
        WaitResult result = default;
        Race.Run(
            () => result = Timeline.WaitFor(3, s_long, CancellationToken.None),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter sleeps");
                Assert.Equal(3ul, Awaited);
                for (int i = 0; i < 4; i++)
                {
                    using FenceSource source = Timeline.CreateFence();
                    source.Signal(i == 0 ? FenceError.DeviceLost : default);
                }
            });
        Assert.Equal(new WaitResult(false, FenceStatus.Signaled), result);
        Assert.Equal(0ul, Awaited);
        Assert.Equal(FenceStatus.Signaled, Timeline.WaitFor(1)); // long passed
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASignalWakesExactlyThoseThatAreDue()
    {
        const int Waiters = 6;
        int woken = 0;
        Action[] waiters = [.. Enumerable.Range(1, Waiters).Select(i => (Action)(() =>
        {
            Assert.True(Timeline.WaitFor((ulong)(2 * i), s_long, WaitHint.Block, CancellationToken.None).IsSuccess);
            Interlocked.Increment(ref woken);
        }))];
        Race.Run([.. waiters, () =>
        {
            Race.Until(() => Statistics.WaitsSlept == Waiters, "all sleep");
            for (int i = 1; i <= 2 * Waiters; i++)
            {
                using FenceSource source = Timeline.CreateFence();
                source.Signal();
                int due = i / 2;
                Race.Until(() => Volatile.Read(ref woken) == due, "who is due wakes");
                Assert.Equal((long)due, Statistics.WakeCalls + Statistics.WakeCallsSaved); // and nobody else was
                Race.Until(() => Awaited == (due == Waiters ? 0 : 2 * ((ulong)due + 1)), "the next one's value is what is looked at");
            }
        }]);
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task SignalsBelowTheAwaitedValueDoNotEvenLookForWaiters()
    {
        ValueTask<WaitResult> far = Timeline.WaitForAsync(1_000_000);
        for (int i = 0; i < 20_000; i++)
        {
            using FenceSource source = Timeline.CreateFence();
            source.Signal();
        }

        Assert.Equal((0L, 1_000_000ul), (Statistics.WakeCalls, Awaited));
        Assert.False(far.IsCompleted);
        Timeline.Close();
        Assert.Equal(FenceError.TimelineClosed, (await far).Status.Error);
    }

    [Fact]
    public void ASignalAtAnyPointOfTheWaitersPathWakesIt()
    {
        ulong next = 1;
        WaitResult result = default;
        Race.Rounds(
            1_500,
            round => result = Timeline.WaitFor(next, s_long, (WaitHint)(round % 4), CancellationToken.None),
            round =>
            {
                using FenceSource source = Timeline.CreateFence();
                Thread.SpinWait(round % 400 * 8);
                source.Signal();
            },
            _ =>
            {
                Assert.True(result.IsSuccess);
                next++;
            });
        AssertNothingIsHeld();
    }

    [Fact]
    public void ATimeoutThatRacesTheValueIsOneOfTheTwoAndNothingStays()
    {
        ulong next = 1;
        WaitResult result = default;
        Race.Rounds(
            1_000,
            round => result = Timeline.WaitFor(next, TimeSpan.FromTicks(1 + (round % 40 * 10)), WaitHint.Block, CancellationToken.None),
            round =>
            {
                using FenceSource source = Timeline.CreateFence();
                Thread.SpinWait(round % 53 * 60);
                source.Signal();
            },
            _ =>
            {
                Assert.Equal(result.IsTimedOut ? FenceStatus.Pending : FenceStatus.Signaled, result.Status);
                next++;
            });
        Assert.Equal((0u, 0ul), (Sorted, Awaited));
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task AwaitsOfValuesEndByValueTimeTokenOrClose()
    {
        using CancellationTokenSource stop = new();
        ManualTime time = new();
        int inUse = AwaitPool.InUse;
        ValueTask<WaitResult> reached = Timeline.WaitForAsync(2, s_long, stop.Token);
        ValueTask<WaitResult> timed = Timeline.WaitForAsync(5, TimeSpan.FromHours(1), time, CancellationToken.None);
        ValueTask<WaitResult> canceled = Timeline.WaitForAsync(5, Timeout.InfiniteTimeSpan, stop.Token);
        ValueTask<WaitResult> closed = Timeline.WaitForAsync(9);
        Assert.True((await Timeline.WaitForAsync(9, TimeSpan.Zero, CancellationToken.None)).IsTimedOut);
        Assert.True((await Timeline.WaitForAsync(9, TimeSpan.FromMilliseconds(2), CancellationToken.None)).IsTimedOut);
        for (int i = 0; i < 2; i++)
        {
            using FenceSource source = Timeline.CreateFence();
            source.Signal();
        }

        Assert.True((await reached).IsSuccess);
        time.Advance(TimeSpan.FromHours(2));
        Assert.True((await timed).IsTimedOut);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await canceled);
        Assert.False(closed.IsCompleted);
        Timeline.Close();
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), (await closed).Status);
        Assert.Equal(inUse, AwaitPool.InUse);
        AssertNothingIsHeld();
        Race.Until(() => Timeline.IsFreed, "the timeline is freed");
        Assert.Equal(FenceStatus.Signaled, Timeline.WaitFor(2)); // still known
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), Timeline.WaitFor(3));
    }

    [Fact]
    public void AClosedTimelineEndsItsWaitersThoughAFenceIsStillHeld()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.TryAcquire(out FenceRef held));
        Race.Run(
            () => Assert.Equal(FenceError.TimelineClosed, Timeline.WaitFor(7).Error),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter sleeps");
                Timeline.Close();
            });
        held.Dispose();
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ADisposedEngineEndsItsWaitersForValues()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        Timeline timeline = engine.CreateTimeline("gone");
        Task<WaitResult> pending = timeline.WaitForAsync(4).AsTask();
        Race.Run(
            () => Assert.Equal(FenceError.TimelineClosed, timeline.WaitFor(3).Error),
            () =>
            {
                Race.Until(() => engine.GetStatistics().WaitsSlept == 1, "the waiter sleeps");
                engine.Dispose();
            });
        Assert.Equal(FenceError.TimelineClosed, pending.GetAwaiter().GetResult().Status.Error);
        Assert.Equal(FenceError.TimelineClosed, timeline.WaitFor(3).Error);
    }

    [Fact]
    public void ThePollerWakesWaitersForValuesOfARing()
    {
        using FenceEngine engine = new();
        using FenceRing ring = engine.CreateRing("values");
        for (int i = 1; i <= 200; i++)
        {
            Assert.Equal(EmitResult.Emitted, ring.Emit(new RingCommand { Opcode = 1 }, out FenceRef fence));
            fence.Dispose();
            ulong seqno = (ulong)i;
            Task<WaitResult> pending = ring.Timeline.WaitForAsync(seqno).AsTask();
            Assert.True(ring.Consumer.TryTake(out _));
            ring.Consumer.Complete(ring.Consumer.Position);
            Assert.True(ring.Timeline.WaitFor(seqno, s_long, CancellationToken.None).IsSuccess);
            Assert.True(pending.GetAwaiter().GetResult().IsSuccess);
        }
    }

    [Fact]
    public void AWaiterThatIsForgottenIsFoundByTheSafetyPollAndCounted()
    {
        // Not a FenceTest's engine: those fail when a wake was lost.
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        Timeline timeline = engine.CreateTimeline("lost");
        Func<Fence, bool>[] waits =
        [
            fence => fence.Wait(s_long).IsSuccess,
            fence => timeline.WaitFor(fence.Seqno, s_long, CancellationToken.None).IsSuccess,
            fence => FenceWait.Any([fence, fence], s_long, CancellationToken.None) is { IsTimedOut: false, Status.IsCompleted: true },
            fence => FenceWait.All([Fence.Stub, fence], s_long, CancellationToken.None).IsSuccess,
        ];
        for (int kind = 0; kind < waits.Length; kind++)
        {
            FenceSource source = timeline.CreateFence();
            Fence fence = source.Fence;
            Func<Fence, bool> wait = waits[kind];
            int slept = kind + 1;
            Race.Run(
                () => Assert.True(wait(fence)),
                () =>
                {
                    Race.Until(() => engine.GetStatistics().WaitsSlept == slept, "the waiter sleeps");
                    LoseNextWake(engine);
                    source.Signal();
                });
            Assert.Equal(kind + 1, engine.GetStatistics().LostWakes);
            source.Dispose();
        }
    }

    [Fact]
    public void TimedOutWaitsForAFarValueLeaveMemoryFlat()
    {
        Rounds(200);
        long live = Statistics.CallbackNodesLive;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Rounds(5_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(live, Statistics.CallbackNodesLive);
        Assert.Equal(0ul, Awaited);

        void Rounds(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                Assert.True(Timeline.WaitFor(77, TimeSpan.FromTicks(1), WaitHint.Block, CancellationToken.None).IsTimedOut);
            }
        }
    }

    [Fact]
    public async Task AwaitsOfValuesAllocateNothingOnceWarm()
    {
        await Rounds(2_000);
        long bytes = await Garbage.LeastOf(() => Rounds(10_000));
        Assert.True(bytes < 10_000, $"{bytes} bytes in 10000 awaits"); // under a byte each: the test's own machinery

        async Task Rounds(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                FenceSource source = Timeline.CreateFence();
                ValueTask<WaitResult> pending = Timeline.WaitForAsync(source.Fence.Seqno, s_long, CancellationToken.None);
                source.Signal();
                await pending.ConfigureAwait(false);
                source.Dispose();
            }
        }
    }

    private static unsafe void LoseNextWake(FenceEngine engine) => engine.Block->Pools.LoseWake = 1;
}
