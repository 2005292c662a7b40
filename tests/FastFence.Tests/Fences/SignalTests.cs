using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C1, C2 and the timestamp: one step, one outcome.</summary>
public sealed class SignalTests : FenceTest
{
    [Fact]
    public void ASecondSignalIsACountedNoOp()
    {
        (Fence fence, FenceSource source) = Pending();
        source.Signal(FenceError.TimedOut);
        (FenceStatus status, long time) = (fence.Status, fence.TimestampNanoseconds);
        Assert.Equal(SignalResult.AlreadySignaled, source.Signal(FenceError.DeviceLost));
        Assert.Equal(SignalResult.AlreadySignaled, source.SignalAt(default, MonotonicClock.Nanoseconds + 1_000_000));
        Assert.Equal((status, time), (fence.Status, fence.TimestampNanoseconds));
        Assert.Equal(2, Statistics.SignalsRepeated);
        Assert.Equal((1, 1), (Statistics.FencesSignaled, Statistics.FencesFailed));
        source.Dispose();
    }

    [Fact]
    public void AnErrorSetInAdvanceStandsAgainstTheSignalsOwn()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(source.TrySetError(FenceError.EntityKilled));
        Assert.False(source.TrySetError(FenceError.DeviceLost));
        source.Signal(FenceError.TimedOut);
        Assert.Equal(FenceError.EntityKilled, fence.Status.Error);
        Assert.False(source.TrySetError(FenceError.DeviceLost));
        Assert.Equal(FenceError.EntityKilled, fence.Status.Error);
        source.Dispose();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-62)]
    [InlineData(-4095)]
    public void EveryErrnoInRangeComesBackAsItWasSet(int errno)
    {
        (Fence fence, FenceSource source) = Pending();
        source.TrySetError(new FenceError(errno));
        source.Signal();
        Assert.Equal(errno, fence.Status.Code);
        Assert.True(fence.TimestampNanoseconds > 0);
        source.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-4096)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void AnErrnoOutOfRangeIsAnArgumentError(int errno) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FenceError(errno));

    [Fact]
    public void SettingNoErrorIsAnArgumentError()
    {
        FenceSource source = Timeline.CreateFence();
        Assert.Throws<ArgumentException>(() => source.TrySetError(FenceError.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.SignalAt(default, -1));
        source.Dispose();
    }

    [Fact]
    public void ASourceDroppedUnsignaledEndsItsFenceAsCanceled()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.TryAcquire(out FenceRef held));
        source.Dispose();
        Assert.Equal(FenceStatus.Failed(FenceError.Canceled), fence.Status);
        Assert.Equal(-125, fence.Status.Code);
        held.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void AnErrorSetBeforeADroppedSourceStands()
    {
        (Fence fence, FenceSource source) = Pending();
        fence.TryAcquire(out FenceRef held);
        source.TrySetError(FenceError.DeviceLost);
        source.Dispose();
        Assert.Equal(FenceError.DeviceLost, fence.Status.Error);
        held.Dispose();
    }

    [Fact]
    public void AFenceBornAndSignaledWithoutAnObserverLeavesNothingBehind()
    {
        for (int i = 0; i < 1000; i++)
        {
            using FenceSource source = Timeline.CreateFence();
            source.Signal();
        }

        Assert.Equal(0, Statistics.FencesLive);
        AssertNothingIsHeld();
    }

    [Fact]
    public void AnErrorRacingASignalHasOneOutcomeAndIsWhole()
    {
        FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        bool set = false;
        int won = 0;
        Race.Rounds(
            4_000,
            round =>
            {
                Thread.SpinWait(round % 31);
                set = source.TrySetError(FenceError.DeviceLost);
            },
            round =>
            {
                Thread.SpinWait(round % 37);
                source.Signal();
            },
            _ =>
            {
                won += set ? 1 : 0;
                Assert.Equal(set ? FenceStatus.Failed(FenceError.DeviceLost) : FenceStatus.Signaled, fence.Status);
                Assert.True(fence.TimestampNanoseconds > 0);
                source.Dispose();
                source = Timeline.CreateFence();
                fence = source.Fence;
            });
        source.Dispose();
        Assert.Equal(won + 1, Statistics.FencesFailed); // one for the source dropped last
        AssertNothingIsHeld();
    }

    [Fact]
    public void TwoSignallersAtOnceHaveOneWinnerAndItsError()
    {
        FenceError[] errors = [FenceError.DeviceLost, FenceError.TimedOut];
        SignalResult[] results = new SignalResult[2];
        FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        Race.Rounds(
            4_000,
            _ => results[0] = source.Signal(errors[0]),
            _ => results[1] = source.Signal(errors[1]),
            _ =>
            {
                int winner = Array.IndexOf(results, SignalResult.Signaled);
                Assert.Equal(SignalResult.AlreadySignaled, results[1 - winner]);
                Assert.Equal(errors[winner], fence.Status.Error);
                source.Dispose();
                source = Timeline.CreateFence();
                fence = source.Fence;
            });
        source.Dispose();
    }

    [Fact]
    public void WhoeverSeesAFenceSignaledReadsItsTimestampAtOnce()
    {
        const int Fences = 20_000;
        FenceSource[] sources = [.. Enumerable.Range(0, Fences).Select(_ => Timeline.CreateFence())];
        Fence[] fences = [.. sources.Select(source => source.Fence)];
        long start = MonotonicClock.Nanoseconds - (1 << 6);
        Race.Run(
            () => Array.ForEach(sources, source => source.Signal()),
            () =>
            {
                long last = start;
                foreach (Fence fence in fences)
                {
                    Race.Until(() => fence.IsSignaled, "the fence is signaled");
                    long time = fence.TimestampNanoseconds;
                    Assert.True(time >= last, "a timestamp is missing or fell on its timeline");
                    last = time;
                }
            });
        Array.ForEach(sources, source => source.Dispose());
    }

    [Fact]
    public void AGivenTimestampIsKeptButNeverFallsOnATimeline()
    {
        long now = MonotonicClock.Nanoseconds + 1_000_000;
        (Fence first, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        firstSource.SignalAt(default, now);
        secondSource.SignalAt(default, now - 900_000);
        Assert.InRange(first.TimestampNanoseconds, now - 63, now);
        Assert.Equal(first.TimestampNanoseconds, second.TimestampNanoseconds);
        firstSource.Dispose();
        secondSource.Dispose();
    }
}
