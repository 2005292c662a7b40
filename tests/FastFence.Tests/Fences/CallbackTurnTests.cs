using System.Collections.Concurrent;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>Fault 26: callbacks of one timeline run in seqno order, one fence at a time, whoever signals; other timelines do not wait.</summary>
public sealed class CallbackTurnTests : FenceTest
{
    private readonly ConcurrentQueue<string> _ran = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // the control: of another timeline, the callback does not wait
    public void AFenceWhoseTimelineIsRunElsewhereWaitsForItsTurn(bool sameTimeline)
    {
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim letGo = new();
        (Fence first, FenceSource firstSource) = Pending();
        FenceSource secondSource = (sameTimeline ? Timeline : Engine.CreateTimeline("other")).CreateFence();
        Fence second = secondSource.Fence;
        first.AddCallback(
            (_, _) =>
            {
                inside.Set();
                letGo.Wait();
                _ran.Enqueue("first");
            },
            null,
            out _);
        second.AddCallback((_, _) => _ran.Enqueue("second"), null, out _);
        Race.Run(
            () => firstSource.Signal(),
            () =>
            {
                Assert.True(inside.Wait(TimeSpan.FromSeconds(60)));
                Assert.Equal(SignalResult.Signaled, secondSource.Signal()); // never blocks
                Assert.True(second.IsSignaled);
                Assert.Equal(!sameTimeline, second.IsQuiesced);
                Assert.Equal(sameTimeline ? 0 : 1, _ran.Count);
                secondSource.Dispose(); // the callbacks keep their fence
                letGo.Set();
            });
        Race.Until(() => _ran.Count == 2, "the dispatcher runs what the signaller left");
        Assert.Equal(sameTimeline ? ["first", "second"] : ["second", "first"], _ran);
        firstSource.Dispose();
        Race.Until(() => Statistics.FencesLive == 0, "the reference of the run is dropped");
        AssertNothingIsHeld();
    }

    [Fact]
    public void AThreadThatHadTheTurnDoesNotTakeItFromTheDispatcher()
    {
        // The first fence's runner had the turn last when the dispatcher takes it for the second one: beside the dispatcher's turn it must not find its own
        // name, or it would run the third one's callback meanwhile.
        using ManualResetEventSlim inFirst = new();
        using ManualResetEventSlim queued = new();
        using ManualResetEventSlim inSecond = new();
        using ManualResetEventSlim letGo = new();
        FenceSource[] sources = [Timeline.CreateFence(), Timeline.CreateFence(), Timeline.CreateFence()];
        sources[0].Fence.AddCallback((_, _) =>
        {
            inFirst.Set();
            Assert.True(queued.Wait(TimeSpan.FromSeconds(60)));
            _ran.Enqueue("first");
        }, null, out _);
        sources[1].Fence.AddCallback((_, _) =>
        {
            inSecond.Set();
            letGo.Wait();
            _ran.Enqueue("second");
        }, null, out _);
        sources[2].Fence.AddCallback((_, _) => _ran.Enqueue("third"), null, out _);
        Race.Run(
            () =>
            {
                sources[0].Signal();
                Assert.True(inSecond.Wait(TimeSpan.FromSeconds(60)));
                Assert.Equal(SignalResult.Signaled, sources[2].Signal());
                letGo.Set();
            },
            () =>
            {
                Assert.True(inFirst.Wait(TimeSpan.FromSeconds(60)));
                Assert.Equal(SignalResult.Signaled, sources[1].Signal());
                queued.Set();
            });
        Race.Until(() => sources.All(source => source.Fence.IsQuiesced), "all have run");
        Assert.Equal(["first", "second", "third"], _ran);
        Array.ForEach(sources, source => source.Dispose());
        AssertNothingIsHeld();
    }

    [Fact]
    public void ManySignallersOfOneTimelineNeverRunTwoOfItsFencesAtOnce()
    {
        const int Fences = 20_000;
        int inside = 0;
        int together = 0;
        ulong last = 0;
        int passed = 0;
        FenceSource[] sources = [.. Enumerable.Range(0, Fences).Select(_ => Timeline.CreateFence())];
        foreach (FenceSource source in sources)
        {
            source.Fence.AddCallback(
                (fence, _) =>
                {
                    together += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
                    passed += fence.Seqno == ++last ? 0 : 1; // plain words: they are right only if the runs are ordered
                    Interlocked.Decrement(ref inside);
                },
                null,
                out _);
        }

        int next = -1;
        void Signal()
        {
            for (int i = Interlocked.Increment(ref next); i < Fences; i = Interlocked.Increment(ref next))
            {
                sources[i].Signal();
            }
        }

        Race.Run(Signal, Signal, Signal);
        Race.Until(() => sources.All(source => source.Fence.IsQuiesced), "all have run");
        Assert.Equal((0, 0, (ulong)Fences), (together, passed, last));
        Array.ForEach(sources, source => source.Dispose());
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASignalOfTheOwnTimelineInsideACallbackRunsOnTheSameThreadAfterIt()
    {
        (Fence first, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        int thread = Environment.CurrentManagedThreadId;
        first.AddCallback(
            (_, _) =>
            {
                secondSource.Signal();
                _ran.Enqueue("first");
            },
            null,
            out _);
        second.AddCallback((_, _) => _ran.Enqueue(Environment.CurrentManagedThreadId == thread ? "second" : "elsewhere"), null, out _);
        firstSource.Signal();
        Assert.Equal(["first", "second"], _ran);
        firstSource.Dispose();
        secondSource.Dispose();
        AssertNothingIsHeld();
    }
}
