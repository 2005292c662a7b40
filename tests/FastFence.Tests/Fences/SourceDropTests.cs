using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Tests.Memory;
using FastFence.Tests.Telemetry;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// A source dropped unsignaled ends its fence in one section when all is plain, and step by step when anything is not (C2, C11, C12, C16). What is plain
/// asks nothing of the fence but its head and its count: a timeline that is wrong in the slot goes unnoticed, and that tells which way was taken.
/// </summary>
public sealed unsafe class SourceDropTests : FenceTest
{
    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, false, false)]
    [InlineData(0, true, false)]
    [InlineData(0, false, true)]
    public void APlainDropTakesOneSectionAndTheSlotComesBack(int sections, bool online, bool known)
    {
        FenceSource source = Timeline.CreateFence();
        if (known)
        {
            _ = source.Fence; // others may have the handle, and nobody a reference
        }

        using OnlineReader? reader = online ? OnlineReader.Register() : null;
        Assert.True(Within(sections, () => IsPlain(source)));
        Assert.Equal((1, 1, 1, 1), (Statistics.FencesSignaled, Statistics.FencesFailed, Statistics.FencesCanceled, Statistics.FencesReleased));
        Assert.Equal(1ul, Timeline.CompletedSeqno);
    }

    [Fact]
    public void WithTheThreadInHandAndByTheClockItIsPlainToo()
    {
        FenceSource[] sources = [Timeline.CreateFence(), Timeline.CreateFence()];
        Assert.True(IsPlain(sources[0], static s => FenceThread.GetCurrent().Dispose(s)));
        Engine.Block->Clock.Publish(MonotonicClock.Nanoseconds);
        Assert.True(IsPlain(sources[1], static s => FenceThread.GetCurrent().Dispose(s)));
    }

    [Fact]
    public void InsideACallbackItIsPlainAndLeavesTheRunListAlone()
    {
        (Fence fence, FenceSource outer) = Pending();
        FenceSource dropped = Engine.CreateTimeline("other").CreateFence();
        List<string> ran = [];
        fence.AddCallback((_, _) => ran.Add(IsPlain(dropped) ? "plain" : "slow"), null, out _);
        fence.AddCallback((_, _) => ran.Add("second"), null, out _);
        outer.Signal();
        outer.Dispose();
        Assert.Equal(["plain", "second"], ran);
    }

    [Fact]
    public void WhoDoesNotKnowThePlaceGoesStepByStep() => AssertSlow(static s => new FenceSource(s.Unmarked.Value));

    [Fact]
    public void OutOfTurnTheDropIsRecordedAndComesInItsTurn()
    {
        FenceSource first = Timeline.CreateFence();
        FenceSource source = Timeline.CreateFence();
        Assert.False(IsPlain(source));
        Assert.Equal(0ul, Timeline.CompletedSeqno);
        first.Dispose();
        Assert.Equal(2ul, Timeline.CompletedSeqno);
    }

    [Fact]
    public void AnotherEnginesThreadCacheIsNotUsed()
    {
        using FenceEngine other = new(new FenceEngineOptions { StartPoller = false });
        Timeline elsewhere = other.CreateTimeline("elsewhere");
        AssertSlow(source =>
        {
            elsewhere.CreateFence().Dispose();
            return source;
        });
        Assert.Equal((1, 1), (other.GetStatistics().FencesCreated, other.GetStatistics().FencesReleased));
    }

    [Fact]
    public void ACacheOfAFormerEngineInTheSameMemoryIsNotUsed()
    {
        FenceSource source = Timeline.CreateFence();
        ThreadCache* former = (ThreadCache*)BlockHeap.TryAllocate(sizeof(ThreadCache));
        *former = *Registry.CacheOf(&Engine.Block->Pools);
        former->Serial = ThreadCache.NoEngine;
        Registry.Current.Cache = former;
        Assert.False(IsPlain(source));
        Assert.Equal((0ul, 0ul), (former->Counters.Read(Counter.Signaled), former->Counters.Read(Counter.Released)));
        Assert.Equal(1, Statistics.FencesReleased);
        Assert.NotEqual((nint)former, (nint)Registry.Current.Cache);
        BlockHeap.Free(former, sizeof(ThreadCache));
    }

    [Fact]
    public void AThreadThatMeetsTheEngineForTheFirstTimeMayDrop()
    {
        FenceSource source = Timeline.CreateFence();
        Race.Run(source.Dispose);
        Assert.Equal((1, 1), (Statistics.FencesCanceled, Statistics.FencesReleased));
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void InsideSeveralSectionsItIsNotPlain(int sections, bool online)
    {
        FenceSource source = Timeline.CreateFence();
        using OnlineReader? reader = online ? OnlineReader.Register() : null;
        Assert.False(Within(sections, () => IsPlain(source)));
    }

    [Fact]
    public void AReferenceThatSomebodyHoldsOutlivesTheDrop()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.TryAcquire(out FenceRef held));
        Assert.False(IsPlain(source));
        Assert.Equal(FenceStatus.Failed(FenceError.Canceled), held.Fence.Status);
        Assert.Equal((1, 0), (Statistics.FencesCanceled, Statistics.FencesReleased));
        held.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASourceWhoseHandleIsStaleChangesNothing()
    {
        FenceSource source = Timeline.CreateFence();
        FenceSlot* slot = source.Unmarked.Slot;
        (ulong references, ulong head, long stale) = (slot->RefGen, slot->Head, Statistics.StaleRefused);
        slot->RefGen = ((references >> 32) + 1) << 32; // as when its engine is torn down under it
        source.Dispose();
        Assert.Equal((0ul, head, stale + 1), (Timeline.CompletedSeqno, slot->Head, Statistics.StaleRefused));
        slot->RefGen = references;
        source.Dispose();
    }

    [Fact]
    public void CallbacksAndAnErrorSetInAdvanceAreHeeded()
    {
        List<string> ran = [];
        AssertSlow(source =>
        {
            source.Fence.AddCallback((_, _) => ran.Add("ran"), null, out _);
            return source;
        });
        AssertSlow(source =>
        {
            Assert.True(source.TrySetError(FenceError.DeviceLost));
            return source;
        });
        Assert.Equal(["ran"], ran);
        Assert.Equal((1, 1), (Statistics.FencesCanceled, Statistics.FencesLost));
    }

    [Fact]
    public void ARecordedSignalIsNotSignaledOnceMore()
    {
        FenceSource first = Timeline.CreateFence();
        FenceSource second = Timeline.CreateFence();
        Assert.Equal(SignalResult.Deferred, second.Signal(FenceError.TimedOut));
        first.Unmarked.Slot->Seqno++; // nobody reads it
        Timeline.Block->Completed++; // as if the turn had come, and its signaller were about to close what is recorded
        Assert.False(IsPlain(second));
        Timeline.Block->Completed--;
        first.Unmarked.Slot->Seqno--;
        Assert.Equal(0, Statistics.SignalsRepeated);
        Assert.Equal(SignalResult.Signaled, first.Signal());
        Assert.Equal(1, Statistics.FencesTimedOut);
        first.Dispose();
    }

    [Fact]
    public void WhoWaitsForTheValueIsTold()
    {
        ValueTask<WaitResult> waits = default;
        AssertSlow(source =>
        {
            waits = Timeline.WaitForAsync(1);
            return source;
        });
        Task<WaitResult> told = waits.AsTask();
        Until.Holds(() => told.IsCompleted, "the awaited value");
        Assert.False(told.Result.IsTimedOut);
    }

    [Fact]
    public void WhatWasRecordedBehindItTakesEffect()
    {
        FenceSource behind = default;
        AssertSlow(source =>
        {
            behind = Timeline.CreateFence();
            Assert.Equal(SignalResult.Deferred, behind.Signal());
            return source;
        });
        Assert.Equal(2ul, Timeline.CompletedSeqno);
        behind.Dispose();
    }

    [Fact]
    public void AFullBagIsSealed()
    {
        bool[] plain = [.. Enumerable.Range(0, 16).Select(_ => IsPlain(Timeline.CreateFence()))];
        Assert.Equal(2, plain.Count(static p => !p)); // magazines of eight
        AssertNothingIsHeld();
    }

    [Fact]
    public void TheLastGenerationWrapsAndIsCounted()
    {
        FenceSource made = Timeline.CreateFence();
        uint index = made.Unmarked.Index;
        FenceSlot* slot = FenceSlot.At(index);
        slot->RefGen = ((ulong)uint.MaxValue << 32) | 1;
        slot->Head = HeadWord.OpenEmpty(uint.MaxValue);
        new FenceSource(((ulong)uint.MaxValue << 32) | index, FencePlace.Of(Timeline.Block, 1)).Dispose();
        Assert.Equal((1, 1, 1), (Statistics.FencesCanceled, Statistics.FencesReleased, Statistics.GenerationWraps));
        Assert.Equal(1ul << 32, slot->RefGen);
    }

    [Theory]
    [InlineData(RecordingMode.Coarse)]
    [InlineData(RecordingMode.Precise)]
    public void WhatIsRecordedOfADropIsWhatIsRecordedOfItsSteps(RecordingMode mode)
    {
        Engine.Recording = mode;
        Records records = new();
        AssertSlow(static source => source);
        FenceSource steps = Timeline.CreateFence();
        steps.Signal(FenceError.Canceled);
        steps.Dispose();
        string[][] lives = [.. records.Read().Events.Where(e => e.Context == Timeline.Context)
            .GroupBy(static e => e.Seqno).Select(static life => life.Select(static e => $"{e.Kind} {e.Error}").ToArray())];
        Assert.Equal(2, lives.Length);
        Assert.Equal(lives[1], lives[0]);
        Assert.Equal(3, lives[0].Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheStampIsTheClocksAndNeverFallsOnItsTimeline(bool published)
    {
        ulong* units = &Timeline.Block->LastUnits;
        long before = MonotonicClock.Nanoseconds;
        Engine.Block->Clock.Publish(published ? before : 0);
        Timeline.CreateFence().Dispose();
        long stamp = Engine.Block->StartNanoseconds + (long)(*units << HeadWord.TimeShift);
        Assert.InRange(stamp, before - 64, published ? before : MonotonicClock.Nanoseconds);

        ulong last = *units;
        Engine.Block->Clock.Publish(1); // long ago
        Timeline.CreateFence().Dispose();
        Assert.Equal(last, *units);
        Engine.Block->Clock.Publish(0);
    }

    [Theory]
    [MemberData(nameof(SectionsAround))]
    public void ADropLeavesTheSectionsAroundItAsTheyWere(int sections, bool online)
    {
        using OnlineReader? reader = online ? OnlineReader.Register() : null;
        Within(sections, () =>
        {
            FenceSource[] sources = [.. Enumerable.Range(0, 20).Select(_ => Timeline.CreateFence())];
            ReaderRecord* record = Registry.CurrentReader();
            ulong before = Atomic.LoadPlain(ref record->Word);
            for (int i = 0; i < sources.Length; i++)
            {
                if (i % 3 == 1)
                {
                    sources[i].Fence.AddCallback((_, _) => { }, null, out _);
                }

                if (i % 3 == 2 && i + 1 < sources.Length)
                {
                    sources[i + 1].Signal(); // is recorded behind it
                }

                sources[i].Dispose();
                Assert.Equal(before, Atomic.LoadPlain(ref record->Word));
            }

            return true;
        });
    }

    // Anything that is not plain: the drop still does it all, by the careful way.
    private void AssertSlow(Func<FenceSource, FenceSource> prepare)
    {
        long released = Statistics.FencesReleased;
        Assert.False(IsPlain(prepare(Timeline.CreateFence())));
        Assert.True(Statistics.FencesReleased > released);
    }

    private bool IsPlain(FenceSource source) => IsPlain(source, static s => s.Dispose());

    // Meanwhile the slot names a timeline of no engine: whoever asks it finds no cache, and can do nothing. What has not been done by then is done after.
    private bool IsPlain(FenceSource source, Action<FenceSource> drop)
    {
        FenceSlot* slot = source.Unmarked.Slot;
        TimelineBlock* timeline = slot->Timeline;
        TimelineBlock* nowhere = (TimelineBlock*)BlockHeap.TryAllocate(sizeof(TimelineBlock));
        bool plain = false;
        GraceHeld.While(() =>
        {
            slot->Timeline = nowhere;
            try
            {
                drop(source);
            }
            catch (InsufficientMemoryException)
            {
                // What is said when a live fence has no cache.
            }
            finally
            {
                slot->Timeline = timeline;
            }

            plain = !FenceLife.IsCurrent(slot, source.Unmarked.Generation);
            if (!plain)
            {
                drop(source);
            }
        });
        BlockHeap.Free(nowhere, sizeof(TimelineBlock));
        return plain;
    }
}
