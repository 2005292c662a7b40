using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>The facts of the kernel's own test of its fences (st-dma-fence.c), in its order and by its names.</summary>
public sealed unsafe class KernelFactsTests : FenceTest
{
    private const int RaceRounds = 4_000;
    private const int CallbacksOfARound = 4;

    [Fact]
    public void SanityAFenceIsMadePendingAndGoesAwayWhenDropped()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.False(fence.IsSignaled);
        Assert.Equal(1, Statistics.FencesLive);
        source.Signal();
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void SignalingWorksOnceAndIsSeenAtOnce()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.False(fence.IsSignaled);
        Assert.Equal(SignalResult.Signaled, source.Signal());
        Assert.True(fence.IsSignaled);
        Assert.Equal(SignalResult.AlreadySignaled, source.Signal());
        Assert.True(fence.IsSignaled);
        source.Dispose();
    }

    [Fact]
    public void AddCallbackMakesTheFunctionRunWithTheSignal()
    {
        (Fence fence, FenceSource source) = Pending();
        int runs = 0;
        Assert.Equal(AddCallbackResult.Added, fence.AddCallback(&Count, (nint)(&runs), out _));
        Assert.Equal(0, runs);
        source.Signal();
        Assert.Equal(1, runs);
        source.Dispose();
    }

    [Fact]
    public void LateAddCallbackIsRefusedAndTheFunctionNotCalled()
    {
        (Fence fence, FenceSource source) = Pending();
        int runs = 0;
        source.Signal();
        Assert.Equal(AddCallbackResult.AlreadySignaled, fence.AddCallback(&Count, (nint)(&runs), out CallbackRegistration late));
        Assert.Equal(default, late);
        source.Signal();
        Assert.Equal(0, runs);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void RemoveCallbackBeforeTheSignalKeepsTheFunctionFromRunning()
    {
        (Fence fence, FenceSource source) = Pending();
        int runs = 0;
        fence.AddCallback(&Count, (nint)(&runs), out CallbackRegistration registration);
        Assert.True(registration.Remove());
        source.Signal();
        Assert.Equal(0, runs);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void LateRemoveCallbackSaysThatTheFunctionHasRun()
    {
        (Fence fence, FenceSource source) = Pending();
        int runs = 0;
        fence.AddCallback(&Count, (nint)(&runs), out CallbackRegistration registration);
        source.Signal();
        Assert.False(registration.Remove());
        Assert.Equal(1, runs);
        source.Dispose();
    }

    [Fact]
    public void StatusIsZeroWhilePendingAndOneWhenSignaled()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.Equal(FenceStatus.Pending, fence.Status);
        Assert.Equal(0, fence.Status.Code);
        source.Signal();
        Assert.Equal(FenceStatus.Signaled, fence.Status);
        Assert.Equal(1, fence.Status.Code);
        source.Dispose();
    }

    [Fact]
    public void ErrorSetBeforeTheSignalIsTheStatusAfterIt()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(source.TrySetError(FenceError.DeviceLost));
        Assert.Equal(0, fence.Status.Code);
        source.Signal();
        Assert.Equal(-5, fence.Status.Code);
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), fence.Status);
        source.Dispose();
    }

    [Fact]
    public void WaitReturnsAtOnceWhenSignaledAndTimesOutAtZeroWhenNot()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.Wait(TimeSpan.Zero).IsTimedOut);
        source.Signal();
        Assert.True(fence.Wait(TimeSpan.Zero).IsSuccess);
        Assert.Equal(FenceStatus.Signaled, fence.Wait());
        source.Dispose();
    }

    [Fact]
    public void WaitTimeoutWithALaterSignalTellsBothApart()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.Wait(TimeSpan.FromMilliseconds(2)).IsTimedOut);
        Race.Run(
            () => Assert.True(fence.Wait(TimeSpan.FromSeconds(30)).IsSuccess),
            () => source.Signal());
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void StubIsOneSharedFenceThatIsBornSignaled()
    {
        Assert.Equal(Fence.Stub, Fence.Stub);
        Assert.True(Fence.Stub.IsSignaled);
        Assert.True(Fence.Stub.IsQuiesced);
        Assert.Equal(FenceStatus.Signaled, Fence.Stub.Wait());
        Assert.Equal(0ul, Fence.Stub.Context);
        Assert.Equal(0ul, Fence.Stub.Seqno);
        Assert.Equal(AddCallbackResult.AlreadySignaled, Fence.Stub.AddCallback(&Count, 0, out _));
    }

    [Fact]
    public void RaceOfSignalAndCallbackRunsOrRemovesEachExactlyOnce()
    {
        CallbackLedger ledger = new(CallbacksOfARound);
        Random random = new(1);
        FenceSource source = Timeline.CreateFence();
        Race.Rounds(
            RaceRounds,
            _ => AddAndRemove(source.Fence, ledger, random),
            round =>
            {
                Thread.SpinWait(round % 97);
                source.Signal();
            },
            _ =>
            {
                ledger.Verify();
                ledger.Reset();
                source.Dispose();
                source = Timeline.CreateFence();
            });
        source.Dispose();
        AssertNothingIsHeld();
    }

    private static void AddAndRemove(Fence fence, CallbackLedger ledger, Random random)
    {
        Span<CallbackRegistration> registrations = stackalloc CallbackRegistration[CallbacksOfARound];
        for (int i = 0; i < CallbacksOfARound; i++)
        {
            ledger.Added(i, fence.AddCallback(&CallbackLedger.Run, ledger.CellOf(i), out registrations[i]) == AddCallbackResult.Added);
            if (random.Next(2) == 0)
            {
                int which = random.Next(i + 1);
                ledger.Removed(which, registrations[which].Remove());
            }
        }
    }

    private static void Count(Fence fence, nint state) => ++*(int*)state;
}
