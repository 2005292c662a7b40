using System.Collections.Concurrent;
using FastFence.Tests.Rings;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// Fault 38: a user callback blocks the dispatcher. Awaits go on, the blocker is named and replaced, nothing runs twice, the order of a
/// timeline holds.
/// </summary>
public sealed class BlockedDispatcherTests : IDisposable
{
    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentQueue<string> _ran = new();
    private readonly ManualResetEventSlim _inside = new();
    private readonly ManualResetEventSlim _letGo = new();
    private FenceEngine? _engine;

    [Fact]
    public void ABlockedDispatcherIsNamedAndReplacedAndOthersGoOn()
    {
        FenceEngine engine = Make(TimeSpan.FromMilliseconds(50));
        (FenceSource holder, FenceSource behind) = Block(engine);
        FenceSource other = Dispatched(engine, "other");
        Race.Until(() => other.Fence.IsQuiesced, "another timeline goes on");
        Race.Until(() => !_told.IsEmpty, "the blocker is named");
        Assert.Contains(nameof(HoldOn), _told.First(), StringComparison.Ordinal);
        Assert.Contains($"context {holder.Fence.Context}, seqno 1", _told.First(), StringComparison.Ordinal);
        Assert.Equal(["other"], _ran);
        Assert.False(behind.Fence.IsQuiesced);
        Finish(holder, behind);
        Assert.Equal(["other", "holder", "behind"], _ran);
        Assert.Single(_told, told => told.Contains(nameof(HoldOn), StringComparison.Ordinal)); // on a busy machine others may be late, too

        // The one that came back has ended; its successor serves the timeline.
        FenceSource last = Dispatched(engine, "last");
        Race.Until(() => last.Fence.IsQuiesced, "the successor runs");
        Assert.Equal(["other", "holder", "behind", "last"], _ran);
    }

    [Fact]
    public void WithoutReplacementTheOtherTimelinesWait()
    {
        // The control: the limit is an hour, so nobody is replaced, and an await alone goes on.
        FenceEngine engine = Make(TimeSpan.FromHours(1));
        (FenceSource holder, FenceSource behind) = Block(engine);
        FenceSource other = Dispatched(engine, "other");
        using SteppedAwait awaited = new(engine);
        awaited.CompleteAndWait();
        Assert.False(other.Fence.IsQuiesced);
        Assert.Empty(_ran);
        Assert.Empty(_told);
        Finish(holder, behind);
        Race.Until(() => other.Fence.IsQuiesced, "the one dispatcher comes to it");
        Assert.Equal("holder", _ran.First());
        Assert.Equal(["behind", "holder", "other"], _ran.Order());
    }

    [Fact]
    public void AwaitsThatThePollerCompletesGoOnWhileTheDispatcherIsBlocked()
    {
        FenceEngine engine = Make(TimeSpan.FromHours(1));
        (FenceSource holder, FenceSource behind) = Block(engine);
        for (int i = 0; i < 100; i++)
        {
            using SteppedAwait awaited = new(engine);
            awaited.CompleteAndWait();
        }

        Assert.False(holder.Fence.IsQuiesced);
        Finish(holder, behind);
    }

    [Fact]
    public void AnAwaitIsToldAheadOfACallbackThatBlocksItsOwnFence()
    {
        FenceEngine engine = Make(TimeSpan.FromHours(1));
        Timeline timeline = engine.CreateTimeline("t");
        FenceSource source = timeline.CreateFence();
        source.Fence.AddCallback((_, _) => HoldOn(), null, out _);
        Task<FenceStatus> awaited = source.Fence.WaitAsync().AsTask();
        Race.Run(() => source.Signal(), () =>
        {
            Assert.True(_inside.Wait(TimeSpan.FromSeconds(60)));
            Race.Until(() => awaited.IsCompleted, "the await is told while the signaller's callback blocks");
            Assert.False(source.Fence.IsQuiesced);
            _letGo.Set();
        });
        source.Dispose();
    }

    [Fact]
    public void ManyBlockedDispatchersAreEachReplacedAndNothingRunsTwice()
    {
        FenceEngine engine = Make(TimeSpan.FromMilliseconds(20));
        List<FenceSource> sources = [];
        for (int i = 0; i < 5; i++)
        {
            Timeline timeline = engine.CreateTimeline($"t{i}", new TimelineOptions { Executor = CallbackExecutor.Dispatcher });
            for (int k = 0; k < 3; k++)
            {
                int number = k;
                FenceSource source = timeline.CreateFence();
                source.Fence.AddCallback(
                    (fence, _) =>
                    {
                        if (number == 0)
                        {
                            _letGo.Wait();
                        }

                        _ran.Enqueue($"{fence.Context} {fence.Seqno}");
                    },
                    null,
                    out _);
                sources.Add(source);
                source.Signal();
            }
        }

        Race.Until(() => _told.Count == 5, "each of the five is named");
        Assert.Empty(_ran);
        _letGo.Set();
        Race.Until(() => sources.TrueForAll(source => source.Fence.IsQuiesced), "all have run");
        Assert.Equal(15, _ran.Distinct().Count());
        Assert.Equal(15, _ran.Count);
        Assert.All(_ran.GroupBy(ran => ran.Split(' ')[0]), group => Assert.Equal(["1", "2", "3"], group.Select(ran => ran.Split(' ')[1])));
    }

    [Fact]
    public void DisposingAnEngineWhoseDispatcherIsBlockedEndsWithinItsLimit()
    {
        using FenceEngine engine = new(new FenceEngineOptions { DisposeLimit = TimeSpan.FromMilliseconds(200), StartPoller = false });
        bool held = false;
        engine.Notified += (_, e) => held |= e.Kind == NotificationKind.HeldAtDispose;
        Timeline timeline = engine.CreateTimeline("t", new TimelineOptions { Executor = CallbackExecutor.Dispatcher });
        FenceSource source = timeline.CreateFence();
        source.Fence.AddCallback((_, _) => HoldOn(), null, out _);
        source.Signal();
        Assert.True(_inside.Wait(TimeSpan.FromSeconds(60)));
        engine.Dispose();
        Assert.True(held);
        _letGo.Set();
    }

    public void Dispose()
    {
        _letGo.Set();
        _engine?.Dispose();
        _inside.Dispose();
        _letGo.Dispose();
    }

    private FenceEngine Make(TimeSpan limit)
    {
        _engine = new FenceEngine(new FenceEngineOptions { StartPoller = false, CallbackLimit = limit });
        _engine.Notified += (_, e) =>
        {
            if (e.Kind == NotificationKind.DispatcherBlocked)
            {
                _told.Enqueue(e.Message);
            }
        };
        return _engine;
    }

    // A timeline whose first callback blocks, with another fence behind it.
    private (FenceSource Holder, FenceSource Behind) Block(FenceEngine engine)
    {
        Timeline timeline = engine.CreateTimeline("blocked", new TimelineOptions { Executor = CallbackExecutor.Dispatcher });
        FenceSource holder = timeline.CreateFence();
        FenceSource behind = timeline.CreateFence();
        holder.Fence.AddCallback(HoldOn, null, out _);
        behind.Fence.AddCallback((_, _) => _ran.Enqueue("behind"), null, out _);
        holder.Signal();
        behind.Signal();
        Assert.True(_inside.Wait(TimeSpan.FromSeconds(60)));
        return (holder, behind);
    }

    private FenceSource Dispatched(FenceEngine engine, string name)
    {
        Timeline timeline = engine.CreateTimeline(name, new TimelineOptions { Executor = CallbackExecutor.Dispatcher });
        FenceSource source = timeline.CreateFence();
        source.Fence.AddCallback((_, _) => _ran.Enqueue(name), null, out _);
        source.Signal();
        return source;
    }

    private void Finish(FenceSource holder, FenceSource behind)
    {
        _letGo.Set();
        Race.Until(() => holder.Fence.IsQuiesced && behind.Fence.IsQuiesced, "the blocked timeline goes on");
        holder.Dispose();
        behind.Dispose();
    }

    private void HoldOn(Fence fence, object? state)
    {
        HoldOn();
        _ran.Enqueue("holder");
    }

    private void HoldOn()
    {
        _inside.Set();
        Assert.True(_letGo.Wait(TimeSpan.FromSeconds(60)));
    }

    /// <summary>A ring's fence that somebody awaits and a hand-stepped poller completes.</summary>
    private sealed class SteppedAwait : IDisposable
    {
        private readonly FenceEngine _engine;
        private readonly FenceRing _ring;
        private readonly FenceRef _fence;

        public SteppedAwait(FenceEngine engine)
        {
            _engine = engine;
            _ring = engine.CreateRing("r");
            Assert.Equal(EmitResult.Emitted, _ring.Emit(new RingCommand { Opcode = 1 }, out _fence));
        }

        public void CompleteAndWait()
        {
            Task<FenceStatus> awaited = _fence.Fence.WaitAsync().AsTask();
            Assert.True(_ring.Consumer.TryTake(out _));
            _ring.Consumer.Complete(1);
            _engine.Poller.DoWork();
            Race.Until(() => awaited.IsCompleted, "the await is told");
            Assert.Equal(FenceStatus.Signaled, awaited.GetAwaiter().GetResult());
        }

        public void Dispose()
        {
            _fence.Dispose();
            _ring.Dispose();
        }
    }
}
