using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Hints and clocks of blocking waits.</summary>
public sealed class WaitTermsTests : FenceTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(WaitHint.Auto)]
    [InlineData(WaitHint.Spin)]
    [InlineData(WaitHint.Yield)]
    [InlineData(WaitHint.Block)]
    public void EveryHintParksInTheEndAndWakes(WaitHint hint)
    {
        (Fence fence, FenceSource source) = Pending();
        Race.Run(
            () => Assert.True(fence.Wait(s_long, hint, CancellationToken.None).IsSuccess),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter parks");
                source.Signal();
            });
        Assert.True(fence.Wait(s_long, hint, CancellationToken.None).IsSuccess);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void AnUnknownHintIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Fence.Stub.Wait(s_long, (WaitHint)4, CancellationToken.None));

    [Fact]
    public void ABlockingWaitEndsByTheProvidersTimeAndNotBefore()
    {
        ManualTime time = new();
        (Fence fence, FenceSource source) = Pending();
        WaitResult result = default;
        Race.Run(
            () => result = fence.Wait(TimeSpan.FromHours(1), time, CancellationToken.None),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter sleeps");
                time.Advance(TimeSpan.FromMinutes(59));
                Assert.Equal(0, Statistics.WaitsTimedOut);
                time.Advance(TimeSpan.FromMinutes(2));
            });
        Assert.True(result.IsTimedOut);
        Assert.Equal((0, 1L), (time.Running, Statistics.WaitsTimedOut));
        Assert.True(fence.Wait(TimeSpan.Zero, time, CancellationToken.None).IsTimedOut);
        source.Signal();
        Assert.True(fence.Wait(TimeSpan.FromHours(1), time, CancellationToken.None).IsSuccess);
        Assert.Equal(0, time.Running);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void AGroupEndsByTheProvidersTimeToo()
    {
        ManualTime time = new();
        (Fence fence, FenceSource source) = Pending();
        (Fence other, FenceSource otherSource) = Pending();
        foreach (bool all in (bool[])[false, true])
        {
            long slept = Statistics.WaitsSlept;
            bool timedOut = false;
            Race.Run(
                () => timedOut = all
                    ? FenceWait.All([fence, other], TimeSpan.FromHours(1), time, CancellationToken.None).IsTimedOut
                    : FenceWait.Any([fence, other], TimeSpan.FromHours(1), time, CancellationToken.None).IsTimedOut,
                () =>
                {
                    Race.Until(() => Statistics.WaitsSlept > slept, "the waiter sleeps");
                    time.Advance(TimeSpan.FromHours(2));
                });
            Assert.True(timedOut);
        }

        source.Dispose();
        otherSource.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void TheSystemsProviderIsOurOwnClockAndAllocatesNothing()
    {
        (Fence fence, FenceSource source) = Pending();
        Wait();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
        {
            Wait();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        source.Dispose();

        void Wait() => Assert.True(fence.Wait(TimeSpan.FromTicks(1), TimeProvider.System, CancellationToken.None).IsTimedOut);
    }
}
