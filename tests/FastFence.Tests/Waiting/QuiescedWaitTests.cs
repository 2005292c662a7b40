using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Fault 5: who waits for a fence to be quiesced comes back when its last callback has returned, not when it is signaled.</summary>
public sealed class QuiescedWaitTests : FenceTest
{
    private readonly ManualResetEventSlim _inside = new();
    private readonly ManualResetEventSlim _letGo = new();
    private volatile bool _returned;

    [Theory]
    [InlineData("signaller")]
    [InlineData("dispatcher")]
    [InlineData("pool")]
    public void TheWaitReturnsOnlyAfterTheHeldCallbackHas(string where)
    {
        FenceSource source = Hold(where);
        Fence fence = source.Fence;
        bool early = false;
        Race.Run(
            () => source.Signal(),
            () =>
            {
                Assert.True(_inside.Wait(TimeSpan.FromSeconds(60)));
                Assert.True(fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess); // the control: signaled comes before
                Assert.False(_returned);
                Assert.True(fence.WaitQuiesced(TimeSpan.Zero).IsTimedOut);
                Assert.True(fence.WaitQuiesced(TimeSpan.FromMilliseconds(30)).IsTimedOut);
                _letGo.Set();
            },
            () =>
            {
                Assert.True(fence.WaitQuiesced(TimeSpan.FromSeconds(60)).IsSuccess);
                early = !_returned;
            });
        Assert.False(early);
        Assert.True(fence.IsQuiesced);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task TheAwaitCompletesOnlyAfterTheHeldCallbackHas()
    {
        FenceSource source = Hold("dispatcher");
        Task<FenceStatus> awaited = source.Fence.WaitQuiescedAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(awaited.IsCompleted);
        source.Signal();
        Assert.True(_inside.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(FenceStatus.Signaled, await source.Fence.WaitAsync(TestContext.Current.CancellationToken));
        Assert.False(awaited.IsCompleted);
        _letGo.Set();
        Assert.Equal(FenceStatus.Signaled, await awaited);
        Assert.True(_returned);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task ACanceledWaitLeavesTheFenceAndTheOthersAlone()
    {
        FenceSource source = Hold("dispatcher");
        source.Signal();
        Assert.True(_inside.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        using CancellationTokenSource cancel = new();
        Task<FenceStatus> canceled = source.Fence.WaitQuiescedAsync(cancel.Token).AsTask();
        Task<FenceStatus> other = source.Fence.WaitQuiescedAsync(TestContext.Current.CancellationToken).AsTask();
        Task blocking = Task.Run(() => source.Fence.WaitQuiesced(TimeSpan.FromSeconds(60), cancel.Token), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocking);
        Assert.False(other.IsCompleted);
        _letGo.Set();
        Assert.Equal(FenceStatus.Signaled, await other);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void AFenceThatIsGoneWhileItsCallbackRunsIsNotQuiescedYet()
    {
        // The last reference goes inside the callback: the handle is stale, and what the callback uses must not be freed.
        (Fence fence, FenceSource source) = Pending();
        fence.AddCallback(
            (_, _) =>
            {
                source.Dispose();
                Enter();
            },
            null,
            out _);
        bool wasStale = false;
        bool wasQuiesced = true;
        bool early = true;
        Race.Run(
            () => source.Signal(),
            () =>
            {
                Assert.True(_inside.Wait(TimeSpan.FromSeconds(60)));
                wasStale = fence.Status == FenceStatus.Stale;
                wasQuiesced = fence.IsQuiesced;
                _letGo.Set();
                Assert.True(fence.WaitQuiesced(TimeSpan.FromSeconds(60)).IsSuccess);
                early = !_returned;
            });
        Assert.Equal((true, false, false), (wasStale, wasQuiesced, early));
        AssertNothingIsHeld();
        Assert.True(fence.IsQuiesced);
    }

    [Fact]
    public void WaitingForQuiescenceInsideACallbackIsRefused()
    {
        (Fence fence, FenceSource source) = Pending();
        (Fence other, FenceSource otherSource) = Pending();
        Exception? own = null;
        Exception? others = null;
        bool asked = false;
        fence.AddCallback(
            (_, _) =>
            {
                own = Record.Exception(() => fence.WaitQuiesced(TimeSpan.FromSeconds(1)));
                others = Record.Exception(() => other.WaitQuiesced(TimeSpan.FromSeconds(1)));
                asked = fence.WaitQuiesced(TimeSpan.Zero).IsTimedOut;
            },
            null,
            out _);
        source.Signal();
        Assert.IsType<InvalidOperationException>(own);
        Assert.IsType<InvalidOperationException>(others);
        Assert.True(asked);
        otherSource.Dispose();
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void WithoutCallbacksSignaledIsQuiesced()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.WaitQuiesced(TimeSpan.FromMilliseconds(5)).IsTimedOut);
        Race.Run(() => source.Signal(), () => Assert.True(fence.WaitQuiesced(TimeSpan.FromSeconds(60)).IsSuccess));
        source.Dispose();
        Assert.True(fence.WaitQuiesced(TimeSpan.FromSeconds(60)).IsSuccess);
        Assert.Throws<InvalidOperationException>(() => default(Fence).WaitQuiesced(TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => fence.WaitQuiesced(TimeSpan.FromSeconds(-2)));
        AssertNothingIsHeld();
    }

    protected override void Dispose(bool disposing)
    {
        _letGo.Set();
        base.Dispose(disposing);
        _inside.Dispose();
        _letGo.Dispose();
    }

    private FenceSource Hold(string where)
    {
        CallbackExecutor? executor = where switch
        {
            "dispatcher" => CallbackExecutor.Dispatcher,
            "pool" => CallbackExecutor.ThreadPool,
            _ => null,
        };
        FenceSource source = Engine.CreateTimeline("t", new TimelineOptions { Executor = executor }).CreateFence();
        source.Fence.AddCallback((_, _) => Enter(), null, out _);
        return source;
    }

    private void Enter()
    {
        _inside.Set();
        Assert.True(_letGo.Wait(TimeSpan.FromSeconds(60)));
        _returned = true;
    }
}
