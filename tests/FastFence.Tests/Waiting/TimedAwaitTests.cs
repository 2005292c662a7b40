using System.Diagnostics;
using FastFence.Tests.Fences;
using FastFence.Tests.Memory;
using FastFence.Waiting;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Awaits that end by fence, by time or by token: exactly one of them, and nothing is kept.</summary>
public sealed class TimedAwaitTests : FenceTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task AnAwaitWithTimeToSpareEndsWithTheStatus()
    {
        (Fence fence, FenceSource source) = Pending();
        ValueTask<WaitResult> pending = fence.WaitAsync(s_long);
        Assert.False(pending.IsCompleted);
        source.Signal(FenceError.DeviceLost);
        WaitResult result = await pending;
        Assert.Equal(new WaitResult(false, FenceStatus.Failed(FenceError.DeviceLost)), result);
        Assert.False(result.IsSuccess);
        source.Dispose();
    }

    [Fact]
    public async Task ATimeoutIsNeverEarlyAndNeverTakenForSuccess()
    {
        (Fence fence, FenceSource source) = Pending();
        foreach (int milliseconds in (int[])[1, 3, 20])
        {
            long start = Stopwatch.GetTimestamp();
            WaitResult result = await fence.WaitAsync(TimeSpan.FromMilliseconds(milliseconds), CancellationToken.None);
            Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= milliseconds, "a timeout came early");
            Assert.Equal((true, false, FenceStatus.Pending), (result.IsTimedOut, result.IsSuccess, result.Status));
        }

        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task ZeroTimeOnAPendingFenceTimesOutAndOnASignaledOneDoesNot()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True((await fence.WaitAsync(TimeSpan.Zero)).IsTimedOut);
        source.Signal();
        Assert.True((await fence.WaitAsync(TimeSpan.Zero)).IsSuccess);
        source.Dispose();
        Assert.Equal(FenceState.Stale, (await fence.WaitAsync(s_long)).Status.State);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await fence.WaitAsync(TimeSpan.FromTicks(-1)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await default(Fence).WaitAsync(s_long));
    }

    [Fact]
    public async Task TimeOfAProviderIsWhatCounts()
    {
        ManualTime time = new();
        (Fence fence, FenceSource source) = Pending();
        ValueTask<WaitResult> early = fence.WaitAsync(TimeSpan.FromHours(1), time, CancellationToken.None);
        ValueTask<WaitResult> late = fence.WaitAsync(TimeSpan.FromHours(3), time, CancellationToken.None);
        Assert.Equal(2, time.Running);
        time.Advance(TimeSpan.FromHours(2));
        Assert.True((await early).IsTimedOut);
        Assert.False(late.IsCompleted);
        source.Signal();
        Assert.True((await late).IsSuccess);
        Assert.Equal(0, time.Running);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task SignalTimeAndTokenRaceToExactlyOneOutcome()
    {
        int[] outcomes = new int[3];
        for (int round = 0; round < 1_500; round++)
        {
            (Fence fence, FenceSource source) = Pending();
            using CancellationTokenSource stop = new();
            ManualTime time = new();
            ValueTask<WaitResult> pending = fence.WaitAsync(TimeSpan.FromSeconds(1), time, stop.Token);
            Race.Run(() => source.Signal(), () => time.Advance(TimeSpan.FromSeconds(2)), stop.Cancel);
            try
            {
                WaitResult result = await pending;
                outcomes[result.IsTimedOut ? 1 : 0]++;
                Assert.Equal(result.IsTimedOut ? FenceStatus.Pending : FenceStatus.Signaled, result.Status);
            }
            catch (OperationCanceledException)
            {
                outcomes[2]++;
            }

            source.Dispose();
        }

        Assert.Equal(1_500, outcomes.Sum());
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task TimersOnTheWheelRaceTheSignalAndNoneIsLeft()
    {
        int inUse = AwaitPool.InUse;
        int timedOut = 0;
        for (int round = 0; round < 600; round++)
        {
            (Fence fence, FenceSource source) = Pending();
            ValueTask<WaitResult> pending = fence.WaitAsync(TimeSpan.FromMicroseconds(300));
            SpinWait.SpinUntil(() => pending.IsCompleted, TimeSpan.FromMicroseconds(round % 30 * 100));
            source.Signal();
            timedOut += (await pending).IsTimedOut ? 1 : 0;
            source.Dispose();
        }

        Assert.InRange(timedOut, 0, 600);
        Assert.Equal(inUse, AwaitPool.InUse);
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task TenThousandAwaitsOfOneFenceTimeOutTogether()
    {
        (Fence fence, FenceSource source) = Pending();
        Task<WaitResult>[] awaits = [.. Enumerable.Range(0, 10_000).Select(i => fence.WaitAsync(TimeSpan.FromMilliseconds(1 + (i % 50))).AsTask())];
        WaitResult[] results = await Task.WhenAll(awaits).WaitAsync(s_long);
        Assert.All(results, result => Assert.True(result.IsTimedOut));
        Assert.False(fence.IsSignaled);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task TimedAwaitsWithALongLivedTokenAllocateNothingOnceWarm()
    {
        using CancellationTokenSource stop = new();
        await Rounds(4_000, stop.Token);
        long bytes = await Garbage.LeastOf(() => Rounds(20_000, stop.Token));
        Assert.True(bytes < 20_000, $"{bytes} bytes in 20000 awaits"); // under a byte each: the test's own machinery
    }

    [Fact]
    public async Task AFreshTokenForEachAwaitDoesAllocateAndTheMeasurementSeesIt()
    {
        long bytes = await Garbage.LeastOf(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                using CancellationTokenSource stop = new();
                await Rounds(1, stop.Token);
            }
        });
        Assert.True(bytes > 200 * 64);
    }

    [Fact]
    public async Task ATimerThatIsStoppedInTimeNeverWakesItsThread()
    {
        await Rounds(10, CancellationToken.None);
        long turns = AwaitTimers.Turns;
        await Rounds(5_000, CancellationToken.None); // a minute each, each stopped
        Assert.InRange(AwaitTimers.Turns - turns, 0, 20);
        Assert.Equal(0u, AwaitTimers.Running);
    }

    private async Task Rounds(int rounds, CancellationToken token)
    {
        for (int i = 0; i < rounds; i++)
        {
            FenceSource source = Timeline.CreateFence();
            ValueTask<WaitResult> pending = source.Fence.WaitAsync(s_long, token);
            source.Signal();
            await pending.ConfigureAwait(false);
            source.Dispose();
        }
    }
}
