using FastFence.Tests.Fences;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Awaiting a fence.</summary>
public sealed class AwaitTests : IDisposable
{
    private readonly FenceEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task AnAwaitedFenceResumesWithItsStatus()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        ValueTask<FenceStatus> pending = source.Fence.WaitAsync();
        Assert.False(pending.IsCompleted);
        source.Signal();
        Assert.Equal(FenceStatus.Signaled, await pending);
    }

    [Fact]
    public async Task AwaitingAFailedFenceReturnsAndNeverThrows()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        Task<FenceStatus> pending = AwaitIt(source.Fence);
        source.Signal(FenceError.DeviceLost);
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), await pending);
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), await source.Fence);
    }

    [Fact]
    public async Task TheStatusIsKnownThoughTheSourceWasDisposedAtOnce()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        FenceSource source = timeline.CreateFence();
        ValueTask<FenceStatus> pending = source.Fence.WaitAsync();
        source.Signal(FenceError.TimedOut);
        source.Dispose();
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), await pending);
        Assert.True(_engine.Barrier(TimeSpan.FromSeconds(5)));
        Assert.Equal(0, _engine.GetStatistics().FencesLive);
    }

    [Fact]
    public async Task ACanceledAwaitThrowsAndLeavesTheFenceAlone()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        using CancellationTokenSource stop = new();
        ValueTask<FenceStatus> pending = source.Fence.WaitAsync(stop.Token);
        await stop.CancelAsync();
        OperationCanceledException thrown = await Assert.ThrowsAsync<OperationCanceledException>(async () => await pending);
        Assert.Equal(stop.Token, thrown.CancellationToken);
        Assert.False(source.Fence.IsSignaled);
        Assert.Equal(0, _engine.GetStatistics().CallbackNodesLive - 1); // the removed node waits for a sweep in the list's head
    }

    [Fact]
    public async Task ATokenThatFiredBeforeEndsTheAwaitAtOnce()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await source.Fence.WaitAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task AwaitingOneResultTwiceIsRefused()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        ValueTask<FenceStatus> pending = source.Fence.WaitAsync();
        source.Signal();
        Assert.Equal(FenceStatus.Signaled, await pending);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pending);
    }

    [Fact]
    public async Task APendingResultCannotBeAskedForAndTheAwaitGoesOn()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        ValueTask<FenceStatus> pending = source.Fence.WaitAsync();
        Assert.Throws<InvalidOperationException>(() => pending.GetAwaiter().GetResult());
        source.Signal();
        Assert.Equal(FenceStatus.Signaled, await pending); // the mistake gave nothing back
    }

    [Fact]
    public async Task ATwoFoldContinuationIsRefused()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        ValueTask<FenceStatus> pending = source.Fence.WaitAsync();
        Task<FenceStatus> first = pending.AsTask();
        Assert.Throws<InvalidOperationException>(() => pending.GetAwaiter().OnCompleted(() => { }));
        source.Signal();
        Assert.Equal(FenceStatus.Signaled, await first);
    }

    [Fact]
    public async Task ATaskMayBeAwaitedOften()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        Task<FenceStatus> task = source.Fence.AsTask();
        source.Signal();
        Assert.Equal(FenceStatus.Signaled, await task);
        Assert.Equal(FenceStatus.Signaled, await task);
    }

    [Fact]
    public async Task AResultThatNobodyTakesHoldsNeitherFenceNorRegistration()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        FenceSource source = timeline.CreateFence();
        ValueTask<FenceStatus> forgotten = source.Fence.WaitAsync();
        source.Signal();
        source.Dispose();
        while (!forgotten.IsCompleted)
        {
            await Task.Yield();
        }

        Assert.True(_engine.Barrier(TimeSpan.FromSeconds(5)));
        Assert.Equal((0, 0), (_engine.GetStatistics().FencesLive, _engine.GetStatistics().CallbackNodesLive));
        await forgotten;
    }

    [Theory]
    [InlineData(FenceContinuation.Captured)]
    [InlineData(FenceContinuation.AsCallback)]
    [InlineData(FenceContinuation.OnDispatcher)]
    public async Task TheContinuationRunsOnTheSignallerOnlyOnRequest(FenceContinuation continuation)
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        Thread? resumedOn = null;
        Task awaiting = Resume();
        Thread signaller = new(() => source.Signal());
        signaller.Start();
        signaller.Join();
        await awaiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(continuation == FenceContinuation.AsCallback, resumedOn == signaller);
        Assert.Equal(continuation == FenceContinuation.OnDispatcher, resumedOn!.Name == "FastFence dispatcher");

        async Task Resume()
        {
            await source.Fence.WaitAsync(continuation, CancellationToken.None).ConfigureAwait(false);
            resumedOn = Thread.CurrentThread;
        }
    }

    [Fact]
    public void AnAwaitOnTheDispatcherTakesTheFencesCallbacksWithItInTheirOrder()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        List<string> ran = [];
        for (int round = 0; round < 200; round++)
        {
            using FenceSource source = timeline.CreateFence();
            using FenceSource next = timeline.CreateFence();
            Fence fence = source.Fence;
            ran.Clear();
            Add(fence, "before");
            Task awaiting = Resume();
            Add(fence, "behind");
            Add(next.Fence, "next fence");
            source.Signal();
            next.Signal();
            Race.Until(() => fence.IsQuiesced && next.Fence.IsQuiesced && awaiting.IsCompleted, "all have run");
            Assert.Equal(["before", "await", "behind", "next fence"], ran);

            void Add(Fence to, string what) => to.AddCallback((_, _) => ran.Add(what), null, out _);

            async Task Resume()
            {
                Assert.Equal(FenceStatus.Signaled, await fence.WaitAsync(FenceContinuation.OnDispatcher, CancellationToken.None).ConfigureAwait(false));
                ran.Add("await");
            }
        }
    }

    [Fact]
    public async Task AnAwaitThatIsToGoOnNowhereIsRefused()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await source.Fence.WaitAsync((FenceContinuation)3, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await source.Fence.WaitAsync((FenceContinuation)(-1), CancellationToken.None));
    }

    [Fact]
    public async Task TheCapturedContextIsWhereTheAwaitGoesOn()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        using FenceSource source = timeline.CreateFence();
        CountingContext context = new();
        Task awaiting;
        SynchronizationContext? former = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            awaiting = AwaitIt(source.Fence);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(former);
        }

        source.Signal();
        await awaiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, context.Posts);
    }

    [Fact]
    public async Task EveryOneOfAThousandAwaitersResumesOnceWhoeverIsFirst()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        for (int round = 0; round < 50; round++)
        {
            FenceSource source = timeline.CreateFence();
            Fence fence = source.Fence;
            Task<FenceStatus>[] awaits = new Task<FenceStatus>[20];
            Parallel.For(0, awaits.Length + 1, i =>
            {
                if (i == awaits.Length)
                {
                    source.Signal();
                }
                else
                {
                    awaits[i] = AwaitIt(fence);
                }
            });
            FenceStatus[] ended = await Task.WhenAll(awaits).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.All(ended, s => Assert.True(s.IsCompleted));
            source.Dispose();
        }
    }

    [Fact]
    public async Task CancelAndSignalRaceToExactlyOneOutcome()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        int signaled = 0;
        int canceled = 0;
        for (int round = 0; round < 2000; round++)
        {
            FenceSource source = timeline.CreateFence();
            using CancellationTokenSource stop = new();
            ValueTask<FenceStatus> pending = source.Fence.WaitAsync(stop.Token);
            Task other = Task.Run(() => source.Signal());
            stop.Cancel();
            try
            {
                Assert.Equal(FenceStatus.Signaled, await pending);
                signaled++;
            }
            catch (OperationCanceledException)
            {
                canceled++;
            }

            await other;
            source.Dispose();
        }

        Assert.Equal(2000, signaled + canceled);
        Assert.True(_engine.Barrier(TimeSpan.FromSeconds(5)));
        Assert.Equal(0, _engine.GetStatistics().FencesLive);
    }

    [Fact]
    public async Task FencesOfARingAreAwaitedThroughTheDispatcher()
    {
        using FenceRing ring = _engine.CreateRing("await");
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(EmitResult.Emitted, ring.Emit(new RingCommand { Opcode = 1 }, out FenceRef fence));
            ValueTask<FenceStatus> pending = fence.Fence.WaitAsync();
            Assert.True(ring.Consumer.TryTake(out _));
            ring.Consumer.Complete(ring.Consumer.Position);
            Assert.Equal(FenceStatus.Signaled, await pending);
            fence.Dispose();
        }
    }

    [Fact]
    public async Task NoManagedMemoryIsAllocatedOnceThePoolIsWarm()
    {
        using Timeline timeline = _engine.CreateTimeline("await");
        await Rounds(timeline, 2000);
        long bytes = await Garbage.LeastOf(() => Rounds(timeline, 20_000));
        Assert.True(bytes < 20_000, $"{bytes} bytes in 20000 awaits"); // under a byte each: the test's own machinery
    }

    private static async Task Rounds(Timeline timeline, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            FenceSource source = timeline.CreateFence();
            ValueTask<FenceStatus> pending = source.Fence.WaitAsync();
            source.Signal();
            await pending.ConfigureAwait(false);
            source.Dispose();
        }
    }

    private static async Task<FenceStatus> AwaitIt(Fence fence) => await fence;

    private sealed class CountingContext : SynchronizationContext
    {
        public int Posts { get; private set; }

        public override void Post(SendOrPostCallback d, object? state)
        {
            Posts++;
            ThreadPool.QueueUserWorkItem(_ => d(state));
        }
    }
}
