using System.Diagnostics;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C21: who owns, who only looks, and the shared slot that is replaced under its readers.</summary>
public sealed class ReferenceTests : FenceTest
{
    [Fact]
    public void AReferenceKeepsTheFenceAfterItsSourceIsGone()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.TryAcquire(out FenceRef held));
        FenceRef clone = held.Clone();
        source.Signal();
        source.Dispose();
        held.Dispose();
        Assert.Equal(FenceStatus.Signaled, fence.Status);
        Assert.Equal(1, Statistics.FencesLive);
        clone.Dispose();
        Assert.Equal(FenceStatus.Stale, fence.Status);
        AssertNothingIsHeld();
    }

    [Fact]
    public void ADoubleDisposeOfTheLastReferenceIsCaughtAndChangesNothing()
    {
        (Fence fence, FenceSource source) = Pending();
        fence.TryAcquire(out FenceRef held);
        source.Dispose();
        held.Dispose();
        long before = Statistics.StaleRefused;
        held.Dispose();
        source.Dispose();
        Assert.Equal(before + 2, Statistics.StaleRefused);
        Assert.Equal((1, 1), (Statistics.FencesCreated, Statistics.FencesReleased));
        Assert.Throws<ObjectDisposedException>(() => held.Clone());
        AssertNothingIsHeld();
    }

    [Fact]
    public void TheStubOutlivesEveryEngineOfTheProcess()
    {
        for (int i = 0; i < 3; i++)
        {
            using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
            engine.CreateTimeline("t").CreateFence().Dispose();
        }

        Assert.Equal(FenceStatus.Signaled, Fence.Stub.Status);
        FenceSource source = Timeline.CreateFence();
        Assert.NotEqual(0u, source.Fence.Index >> 15); // slab 0 is the stub's and nobody else's
        source.Dispose();
    }

    [Fact]
    public void ReferencesOfTheStubAreFreeAndCountNothing()
    {
        long before = Statistics.StaleRefused;
        for (int i = 0; i < 10; i++)
        {
            Assert.True(Fence.Stub.TryAcquire(out FenceRef held));
            held.Clone().Dispose();
            held.Dispose();
        }

        Assert.Equal(before, Statistics.StaleRefused);
        Assert.True(Fence.Stub.IsSignaled);
    }

    [Fact]
    public void AnUnsignaledFenceDroppedOnAnotherThreadComesBackToThePool()
    {
        FenceSource[] sources = [.. Enumerable.Range(0, 500).Select(_ => Timeline.CreateFence())];
        Race.Run(() => Array.ForEach(sources, source => source.Dispose()));
        Assert.Equal(0, Statistics.FencesLive);
        AssertNothingIsHeld();
    }

    [Fact]
    public void TakingTheObserversSideLosesNoMarkThatAnotherThreadSets()
    {
        // The first look at source.Fence clears a mark; a signal out of turn on another thread, and an enable, set others.
        FenceSource first = Timeline.CreateFence();
        FenceSource source = Timeline.CreateFence();
        SignalResult left = default;
        SignalResult again = default;
        Fence fence = default;
        Race.Rounds(
            3_000,
            _ => left = source.Signal(),
            _ =>
            {
                fence = source.Fence;
                fence.EnableSignal();
            },
            _ =>
            {
                again = source.Signal();
                Assert.Equal((SignalResult.Deferred, SignalResult.AlreadySignaled), (left, again));
                first.Signal();
                Assert.True(fence.IsSignaled);
                first.Dispose();
                source.Dispose();
                first = Timeline.CreateFence();
                source = Timeline.CreateFence();
            });
        first.Dispose();
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASharedSlotThatIsReplacedAllTheTimeNeverYieldsAStaleFence()
    {
        ulong shared = 0;
        bool stop = false;
        long taken = 0;
        Race.Run(
            () =>
            {
                FenceSource last = default;
                // Longer, where the other thread has not had its turn yet.
                long begin = Stopwatch.GetTimestamp();
                for (int i = 0; i < 30_000 || (Volatile.Read(ref taken) == 0 && Stopwatch.GetElapsedTime(begin).TotalSeconds < 60); i++)
                {
                    FenceSource next = Timeline.CreateFence();
                    Volatile.Write(ref shared, next.Fence.Value);
                    last.Dispose();
                    last = next;
                }

                Volatile.Write(ref shared, 0);
                last.Dispose();
                Volatile.Write(ref stop, true);
            },
            () =>
            {
                ulong lastSeqno = 0;
                while (!Volatile.Read(ref stop))
                {
                    if (!Fence.TryAcquireFrom(ref shared, out FenceRef held))
                    {
                        continue;
                    }

                    Assert.NotEqual(FenceState.Stale, held.Fence.Status.State);
                    Assert.Equal(Timeline.Context, held.Fence.Context);
                    Assert.True(held.Fence.Seqno >= lastSeqno, "an older fence than the one before");
                    lastSeqno = held.Fence.Seqno;
                    taken++;
                    held.Dispose();
                }
            });
        Assert.True(taken > 0);
        Assert.False(Fence.TryAcquireFrom(ref shared, out _));
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASlotReplacedBetweenLoadAndAcquireYieldsTheNewFence()
    {
        (Fence old, FenceSource oldSource) = Pending();
        (Fence young, FenceSource youngSource) = Pending();
        ulong shared = old.Value;
        oldSource.Dispose();
        Assert.False(Fence.TryAcquireFrom(ref shared, out _)); // gone and not replaced
        shared = young.Value;
        Assert.True(Fence.TryAcquireFrom(ref shared, out FenceRef held));
        Assert.Equal(young, held.Fence);
        held.Dispose();
        youngSource.Dispose();
        AssertNothingIsHeld();
    }
}
