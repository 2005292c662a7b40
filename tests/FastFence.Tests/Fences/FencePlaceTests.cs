using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>A source knows where its fence stands, so that its signal begins with the exchange; a place that does not hold any more changes nothing (C1, C11, C16).</summary>
public sealed unsafe class FencePlaceTests : FenceTest
{
    [Fact]
    public void ASignalInTurnAsksNothingOfTheFenceBeforeTheExchange()
    {
        // A seqno that is wrong in the slot would make the signal one out of turn: nobody reads it.
        (SignalResult byPlace, SignalResult byLook) = (SignalWithAWrongSeqno(known: true), SignalWithAWrongSeqno(known: false));
        Assert.Equal((SignalResult.Signaled, SignalResult.Deferred), (byPlace, byLook));
    }

    [Fact]
    public void AStaleSourceIsRefusedWhateverStandsInItsPlaceByNow()
    {
        FenceSource source = Timeline.CreateFence();
        ulong stale = source.Unmarked.Value;
        source.Signal();
        source.Dispose();
        using FenceSource pending = Timeline.CreateFence();

        // As if the block served this timeline anew, and it were the seqno's turn.
        FenceSource recycled = new(stale, FencePlace.Of(Timeline.Block, Timeline.CompletedSeqno + 1));
        Assert.Equal(SignalResult.Stale, recycled.Signal());
        Assert.Equal(1ul, Timeline.CompletedSeqno);
        Assert.False(pending.Fence.IsSignaled);
        Assert.Equal(SignalResult.Signaled, pending.Signal());
    }

    [Fact]
    public void APlaceInAnotherEngineIsPassedOver()
    {
        using FenceEngine other = new(new FenceEngineOptions { StartPoller = false });
        Timeline foreign = other.CreateTimeline("foreign");
        using FenceSource theirs = foreign.CreateFence();
        using FenceSource ours = Timeline.CreateFence();
        FenceSource misplaced = new(ours.Unmarked.Value, FencePlace.Of(foreign.Block, 1));
        Assert.Equal(SignalResult.Signaled, misplaced.Signal());
        Assert.Equal((1ul, 0ul), (Timeline.CompletedSeqno, foreign.CompletedSeqno));
        Assert.Equal(SignalResult.Signaled, theirs.Signal());
    }

    [Fact]
    public void WhatHasComeToTheFenceMeanwhileIsHeeded()
    {
        FenceSource source = Timeline.CreateFence();
        bool ran = false;
        source.Fence.AddCallback((_, _) => ran = true, null, out _);
        Assert.True(source.TrySetError(FenceError.DeviceLost));
        Assert.Equal(SignalResult.Signaled, source.Signal());
        Assert.True(ran);
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), source.Fence.Status);
        Assert.Equal(SignalResult.AlreadySignaled, source.Signal());
        source.Dispose();
    }

    [Fact]
    public void OutOfTurnTheSignalIsRecordedAndStampsNeverFall()
    {
        FenceSource[] sources = [Timeline.CreateFence(), Timeline.CreateFence(), Timeline.CreateFence()];
        Assert.Equal(SignalResult.Deferred, sources[2].Signal());
        Assert.Equal(SignalResult.Signaled, sources[0].SignalAt(FenceError.None, long.MaxValue / 2));
        Assert.Equal(SignalResult.Signaled, sources[1].SignalAt(FenceError.None, 0));
        long[] stamps = [.. sources.Select(static s => s.Fence.TimestampNanoseconds)];
        Assert.Equal(stamps.Order(), stamps);
        Assert.Equal(3ul, Timeline.CompletedSeqno);
        Array.ForEach(sources, static s => s.Dispose());
    }

    [Theory]
    [MemberData(nameof(SectionsAround))]
    public void ASignalLeavesTheSectionsAroundItAsTheyWere(int sections, bool online)
    {
        using OnlineReader? reader = online ? OnlineReader.Register() : null;
        ulong before = 0;
        ulong[] after = [];
        Within(sections, () =>
        {
            before = WordAfter(() => { });
            after = [WordAfter(() => SignalNew(FenceError.None, false)), WordAfter(() => SignalNew(FenceError.DeviceLost, false)), WordAfter(() => SignalNew(FenceError.None, true))];
            return true;
        });
        Assert.All(after, word => Assert.Equal(before, word));
    }

    private static ulong WordAfter(Action action)
    {
        action();
        ReaderRecord* reader = Registry.CurrentReader();
        return reader == null ? 0 : Atomic.LoadPlain(ref reader->Word);
    }

    private void SignalNew(FenceError error, bool observed)
    {
        using FenceSource source = Timeline.CreateFence();
        if (observed)
        {
            source.Fence.AddCallback((_, _) => { }, null, out _);
        }

        Assert.Equal(SignalResult.Signaled, error == FenceError.None ? source.Signal() : source.Signal(error));
    }

    private SignalResult SignalWithAWrongSeqno(bool known)
    {
        FenceSource source = Timeline.CreateFence();
        FenceSlot* slot = source.Unmarked.Slot;
        ulong seqno = slot->Seqno;
        slot->Seqno = seqno + 1;
        SignalResult result = known ? source.Signal() : new FenceSource(source.Unmarked.Value).Signal();
        slot->Seqno = seqno;
        if (result == SignalResult.Deferred)
        {
            Section.Enter();
            TimelineTurn.Drain(Registry.CacheOf(&Engine.Block->Pools), Timeline.Block);
            Section.Exit();
        }

        source.Dispose();
        return result;
    }
}
