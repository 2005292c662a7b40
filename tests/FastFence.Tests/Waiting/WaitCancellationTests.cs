using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Cancellation ends the wait with an exception and leaves the fence alone.</summary>
public sealed class WaitCancellationTests : FenceTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    [Fact]
    public void ATokenCanceledBeforeTheWaitEndsItAtOnce()
    {
        (Fence fence, FenceSource source) = Pending();
        using CancellationTokenSource cancel = new();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => fence.Wait(cancel.Token));
        Assert.Throws<OperationCanceledException>(() => fence.Wait(TimeSpan.Zero, cancel.Token));
        Assert.Equal(FenceStatus.Pending, fence.Status);
        Assert.Equal(0, Statistics.Waits);
        source.Dispose();
    }

    [Fact]
    public void ATokenCanceledDuringTheWaitWakesTheSleeper()
    {
        (Fence fence, FenceSource source) = Pending();
        using CancellationTokenSource cancel = new();
        Race.Run(
            () => Assert.Throws<OperationCanceledException>(() => fence.Wait(s_long, cancel.Token)),
            () =>
            {
                Race.Until(() => Statistics.WaitsSlept == 1, "the waiter sleeps");
                cancel.Cancel();
            });
        Assert.Equal(FenceStatus.Pending, fence.Status);
        Assert.Equal(0, Statistics.WaitsTimedOut);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ATokenCanceledAfterTheSignalChangesNothing()
    {
        (Fence fence, FenceSource source) = Pending();
        using CancellationTokenSource cancel = new();
        source.Signal();
        cancel.Cancel();
        Assert.Equal(FenceStatus.Signaled, fence.Wait(cancel.Token));
        Assert.True(fence.Wait(s_long, cancel.Token).IsSuccess);
        source.Dispose();
    }

    [Fact]
    public void OneTokenServesManyWaitsAndCancelsTheOneItMeets()
    {
        using CancellationTokenSource cancel = new();
        (Fence fence, FenceSource source) = Pending();
        for (int i = 0; i < 200; i++)
        {
            Assert.True(fence.Wait(TimeSpan.FromTicks(1), cancel.Token).IsTimedOut);
        }

        (Fence other, FenceSource otherSource) = Pending();
        Race.Run(
            () => Assert.Throws<OperationCanceledException>(() => other.Wait(cancel.Token)),
            () =>
            {
                Race.Until(() => Statistics.Waits == 201, "the waiter has registered");
                cancel.Cancel();
            });
        source.Dispose();
        otherSource.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void CancellationThatRacesTheSignalIsOneOfTheTwo()
    {
        CancellationTokenSource cancel = new();
        FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        int canceled = 0;
        int signaled = 0;
        Race.Rounds(
            1_000,
            _ =>
            {
                try
                {
                    Assert.True(fence.Wait(s_long, cancel.Token).IsSuccess);
                    signaled++;
                }
                catch (OperationCanceledException)
                {
                    canceled++;
                }
            },
            round =>
            {
                Thread.SpinWait(round % 300 * 10);
                cancel.Cancel();
                source.Signal();
            },
            _ =>
            {
                cancel.Dispose();
                cancel = new CancellationTokenSource();
                source.Dispose();
                source = Timeline.CreateFence();
                fence = source.Fence;
            });
        Assert.Equal(1_000, canceled + signaled);
        source.Dispose();
        cancel.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ATokenThatCannotBeCanceledCostsNoAllocation()
    {
        (Fence fence, FenceSource source) = Pending();
        Wait();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 500; i++)
        {
            Wait();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        source.Dispose();

        void Wait() => fence.Wait(TimeSpan.FromTicks(1), CancellationToken.None);
    }
}
