using FastFence.Fences;
using FastFence.Reclamation;
using FastFence.Tests.Fences;
using FastFence.Waiting;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>C14: every waiter wakes, and no outcome can be taken for another.</summary>
public sealed class BlockingWaitTests : FenceTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(12)]
    public void EveryWaiterOfAFenceWakesWithItsStatus(int waiters)
    {
        (Fence fence, FenceSource source) = Pending();
        Action wait = () => Assert.Equal(new WaitResult(false, FenceStatus.Failed(FenceError.DeviceLost)), fence.Wait(s_long));
        Race.Run([.. Enumerable.Repeat(wait, waiters), () =>
        {
            Race.Until(() => Statistics.WaitsSlept == waiters, "all waiters sleep");
            source.Signal(FenceError.DeviceLost);
        }]);
        source.Dispose();
        AssertNothingIsHeld();
        Assert.Equal(waiters, Statistics.Waits);
        Assert.Equal(waiters, Statistics.WakeCalls + Statistics.WakeCallsSaved);
    }

    [Fact]
    public void ASignalAtAnyPointOfTheWaitersPathWakesIt()
    {
        FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        WaitResult result = default;
        Race.Rounds(
            3_000,
            _ => result = fence.Wait(s_long),
            round =>
            {
                Thread.SpinWait(round % 400 * 8);
                source.Signal();
            },
            _ =>
            {
                Assert.True(result.IsSuccess);
                source.Dispose();
                source = Timeline.CreateFence();
                fence = source.Fence;
            });
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20_000)]
    public void APendingFenceTimesOutAndSaysSo(long ticks)
    {
        (Fence fence, FenceSource source) = Pending();
        WaitResult result = fence.Wait(TimeSpan.FromTicks(ticks));
        Assert.Equal((true, false, FenceStatus.Pending), (result.IsTimedOut, result.IsSuccess, result.Status));
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void NoOutcomeIsTakenForAnother(int errno)
    {
        (Fence fence, FenceSource source) = Pending();
        source.Signal(new FenceError(errno));
        foreach (TimeSpan timeout in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(1), s_long, Timeout.InfiniteTimeSpan, TimeSpan.MaxValue])
        {
            WaitResult result = fence.Wait(timeout);
            Assert.False(result.IsTimedOut);
            Assert.Equal(errno == 0, result.IsSuccess);
            Assert.Equal(errno, result.Status.Error.Errno);
        }

        source.Dispose();
        Assert.Equal(FenceState.Stale, fence.Wait(s_long).Status.State);
    }

    [Fact]
    public void ANegativeTimeoutIsAnArgumentErrorInEveryState()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.Throws<ArgumentOutOfRangeException>(() => fence.Wait(TimeSpan.FromTicks(-1)));
        source.Signal();
        Assert.Throws<ArgumentOutOfRangeException>(() => fence.Wait(TimeSpan.MinValue));
        source.Dispose();
    }

    [Fact]
    public void ATimeoutThatRacesTheSignalIsOneOfTheTwo()
    {
        FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        WaitResult result = default;
        int timedOut = 0;
        Race.Rounds(
            1_500,
            round => result = fence.Wait(TimeSpan.FromTicks(1 + (round % 40 * 10))),
            round =>
            {
                Thread.SpinWait(round % 53 * 60);
                source.Signal();
            },
            _ =>
            {
                timedOut += result.IsTimedOut ? 1 : 0;
                Assert.Equal(result.IsTimedOut ? FenceStatus.Pending : FenceStatus.Signaled, result.Status);
                source.Dispose();
                source = Timeline.CreateFence();
                fence = source.Fence;
            });
        source.Dispose();
        AssertNothingIsHeld();
        Assert.Equal(timedOut, Statistics.WaitsTimedOut);
    }

    [Fact]
    public void ASignalThatNobodySleepsForMakesNoSystemCall()
    {
        for (int i = 0; i < 1_000; i++)
        {
            (Fence fence, FenceSource source) = Pending();
            fence.AddCallback((_, _) => { }, null, out _);
            Assert.True(fence.Wait(TimeSpan.Zero).IsTimedOut);
            source.Signal();
            Assert.True(fence.Wait(s_long).IsSuccess);
            source.Dispose();
        }

        Assert.Equal((0, 0), (Statistics.WakeCalls, Statistics.WaitsSlept));
    }

    [Fact]
    public unsafe void AWaiterThatGaveUpAfterTheCloseLeavesItsNodeToTheSignaller()
    {
        // By hand: the fence has closed over the waiter's node, the waiter leaves before it is woken.
        uint word = WaiterWord.Asleep;
        Assert.False(ParkedWaiter.TryTakeBack(&word));
        Assert.Equal(WaiterWord.Abandoned, word);
        word = WaiterWord.Signaled;
        Assert.True(ParkedWaiter.TryTakeBack(&word));
    }

    [Fact]
    public unsafe void ASignallerThatIsHeldUpBeforeTheWakeIsLateAndNoWakeIsLost()
    {
        // By hand: the waiter finds the fence closed at its safety poll, and only then does the signaller reach its word.
        uint word = WaiterWord.Armed;
        LateTarget target = new(&word);
        Assert.True(ParkedWaiter.Sleep(Registry.CacheOf(&Engine.Block->Pools), target, &word, WaitTerms.Of(s_long, WaitHint.Auto, CancellationToken.None).Started()));
        Assert.Equal(0, Statistics.LostWakes); // of one that never comes: ValueWaitTests
    }

    [Fact]
    public void AWaitInsideAnAccessSectionIsRefusedBeforeItBlocks()
    {
        (Fence fence, FenceSource source) = Pending();
        AccessToken token = default;
        bool refused = false;
        using (AccessSection.Begin(ref token))
        {
            try
            {
                fence.Wait(s_long);
            }
            catch (InvalidOperationException)
            {
                refused = true;
            }

            Assert.True(fence.Wait(TimeSpan.Zero).IsTimedOut); // asking is no blocking
        }

        Assert.True(refused);
        source.Dispose();
    }

    [Fact]
    public void AnOnlineReaderThatWaitsDoesNotHoldUpAGracePeriod()
    {
        (Fence fence, FenceSource source) = Pending();
        using ManualResetEventSlim registered = new();
        Race.Run(
            () =>
            {
                using OnlineReader reader = OnlineReader.Register();
                registered.Set();
                Assert.True(fence.Wait(s_long).IsSuccess);
                reader.ReportQuiescentState(); // online again
            },
            () =>
            {
                Assert.True(registered.Wait(s_long));
                GraceToken token = GracePeriod.Start();
                Race.Until(() => GracePeriod.Poll(token), "a grace period passes while the online reader waits");
                source.Signal();
            });
        source.Dispose();
    }

    [Fact]
    public void AnOnlineReaderThatDoesNotWaitHoldsItUp()
    {
        using ManualResetEventSlim registered = new();
        using ManualResetEventSlim letGo = new();
        Race.Run(
            () =>
            {
                using OnlineReader reader = OnlineReader.Register();
                registered.Set();
                Assert.True(letGo.Wait(s_long));
            },
            () =>
            {
                Assert.True(registered.Wait(s_long));
                Assert.False(GracePeriod.Poll(GracePeriod.Start()));
                letGo.Set();
            });
    }

    [Fact]
    public void AWaiterOfAFenceWhoseEngineIsDisposedWakesWithTheTimelinesEnd()
    {
        using FenceEngine other = new(new FenceEngineOptions { StartPoller = false });
        FenceSource source = other.CreateTimeline("t").CreateFence();
        Fence fence = source.Fence;
        Race.Run(
            () => Assert.Equal(FenceError.TimelineClosed, fence.Wait(s_long).Status.Error),
            () =>
            {
                Race.Until(() => other.GetStatistics().WaitsSlept == 1, "the waiter sleeps");
                other.Dispose();
            });
        source.Dispose();
    }

    [Fact]
    public void AWaiterOfAClosedTimelineWakesWithTheGivenError()
    {
        (Fence fence, FenceSource source) = Pending();
        Race.Run(
            () => Assert.Equal(FenceError.DeviceLost, fence.Wait(s_long).Status.Error),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter sleeps");
                Timeline.Close(FenceError.DeviceLost);
            });
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void AWaiterWithoutANodeStillWaitsAtTheBound()
    {
        using FenceEngine small = new(new FenceEngineOptions { StartPoller = false, MagazineSize = 1, MaxCallbacks = 1 });
        FenceSource source = small.CreateTimeline("t").CreateFence();
        Fence fence = source.Fence;
        fence.AddCallback((_, _) => { }, null, out _);
        Assert.Equal(AddCallbackResult.NoMemory, fence.AddCallback((_, _) => { }, null, out _));
        Assert.True(fence.Wait(TimeSpan.FromMilliseconds(1)).IsTimedOut);
        Race.Run(() => Assert.True(fence.Wait(s_long).IsSuccess), () => source.Signal());
        source.Dispose();
    }

    [Fact]
    public void AWaitThatReturnsSignaledSeesWhatTheSignallerWrote()
    {
        int[] results = new int[2];
        FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        Race.Rounds(
            2_000,
            round =>
            {
                results[0] = round;
                results[1] = -round;
                source.Signal();
            },
            round =>
            {
                Assert.True(fence.Wait(s_long).IsSuccess);
                Assert.Equal((round, -round), (results[0], results[1]));
            },
            _ =>
            {
                source.Dispose();
                source = Timeline.CreateFence();
                fence = source.Fence;
            });
        source.Dispose();
    }

    private readonly unsafe struct LateTarget(uint* word) : IWaitTarget
    {
        public bool IsMet
        {
            get
            {
                Volatile.Write(ref *word, WaiterWord.Signaled);
                return true;
            }
        }
    }
}
