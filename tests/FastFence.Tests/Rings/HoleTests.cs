using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Rings;
using Xunit;

namespace FastFence.Tests.Rings;

/// <summary>Fault 34: a producer stands still between reserving a position and publishing it, and may come back at any time.</summary>
public sealed unsafe class HoleTests : IDisposable
{
    private readonly SteppedRing _on = new();

    public void Dispose() => _on.Dispose();

    [Fact]
    public void AHoleBecomesANopAndTheOthersGoOn()
    {
        (uint Index, ulong Position) stopped = _on.StandStill();
        Fence[] behind = _on.Emit(3);
        _on.Execute();
        Assert.Equal(0, _on.Step()); // the control: nothing passes a hole
        Assert.Equal(0u, _on.Ring.Consumer.Position);

        _on.MendHole();
        _on.Execute();
        Assert.Equal(4, _on.Step());
        Assert.All(behind, f => Assert.Equal(FenceStatus.Signaled, f.Status));
        Assert.Equal(EmitResult.GivenUp, _on.GoOn(stopped));
        _on.MustEndClean();
    }

    [Fact]
    public void AHolesTimeCountsFromItsFirstSight()
    {
        long now = MonotonicClock.Nanoseconds;
        long limit = _on.Ring.Block->HoleNanoseconds;
        (uint Index, ulong Position) slow = _on.StandStill();

        // The ring may have made no progress for hours, since its device works on a long job.
        RingRetire.MendHole(_on.Ring.Block, now + (1000 * limit));
        RingRetire.MendHole(_on.Ring.Block, now + (1001 * limit) - 1);
        Assert.Equal(EmitResult.Emitted, _on.GoOn(slow));
        _on.Execute();
        Assert.Equal(1, _on.Step());
        _on.MustEndClean();
    }

    [Fact]
    public void OfTwoHolesEachHasItsOwnTime()
    {
        long now = MonotonicClock.Nanoseconds;
        long limit = _on.Ring.Block->HoleNanoseconds;
        (uint Index, ulong Position) first = _on.StandStill();
        (uint Index, ulong Position) second = _on.StandStill();
        RingRetire.MendHole(_on.Ring.Block, now);
        RingRetire.MendHole(_on.Ring.Block, now + limit);
        RingRetire.MendHole(_on.Ring.Block, now + limit);
        Assert.Equal(EmitResult.GivenUp, _on.GoOn(first));
        Assert.Equal(EmitResult.Emitted, _on.GoOn(second));
        _on.Execute();
        Assert.Equal(2, _on.Step());
        _on.MustEndClean();
    }

    [Fact]
    public void TheSlotOfAStoppedProducerIsSkippedUntilItComesBack()
    {
        (uint Index, ulong Position) stopped = _on.StandStill();
        _on.MendHole();
        _on.Execute();
        _on.Step();
        for (int i = 0; i < 21; i++)
        {
            _on.Round(1);
        }

        // Positions 9, 17 and 25 are of the same slot.
        Assert.Equal(24u, _on.Ring.Timeline.LastSeqno);
        Assert.DoesNotContain(_on.Held, f => f.Fence.Seqno % 8 == stopped.Position % 8);
        Assert.Equal(EmitResult.GivenUp, _on.GoOn(stopped));
        _on.Round(8);
        Assert.Contains(_on.Held, f => f.Fence.Seqno == 25);
        _on.MustEndClean();
    }

    [Fact]
    public void AProducerThatComesBackRoundsLaterPublishesNothing()
    {
        (uint Index, ulong Position) stopped = _on.StandStill();
        _on.MendHole();
        _on.Execute();
        _on.Step();
        _on.Round(7);
        Fence[] next = _on.Emit(3); // skips position 9, the slot's next round
        Assert.Equal([10u, 11u, 12u], next.Select(f => f.Seqno));
        Assert.Equal(EmitResult.GivenUp, _on.GoOn(stopped));
        _on.Execute();
        Assert.Equal(4, _on.Step());
        Assert.Equal(12u, _on.Ring.Timeline.CompletedSeqno);
        Assert.All(next, f => Assert.Equal(FenceStatus.Signaled, f.Status));
        _on.MustEndClean();
    }

    [Fact]
    public void AFenceLeftInTheNextRoundsRetireSlotEndsWithoutMovingTheTurnBack()
    {
        (uint Index, ulong Position) stopped = _on.StandStill();
        _on.MendHole();
        _on.Execute();
        _on.Step();
        _on.Round(7);
        _on.Emit(1); // position 10; 9 is skipped and not retired yet

        // The producer gets as far as its retire slot and stands still again.
        Section.Enter();
        ThreadCache* cache = Registry.CacheOf(&_on.Engine.Block->Pools);
        ulong handle = FenceLife.Initialize(cache, stopped.Index, _on.Ring.Block->Timeline, stopped.Position, 0, 2, FenceFlags.OnRing);
        Volatile.Write(ref RingBlock.RetireOf(_on.Ring.Block, stopped.Position), handle);
        Section.Exit();
        _on.Ring.Consumer.Complete(9);
        Assert.Equal(1, _on.Step());
        Assert.Equal(9u, _on.Ring.Timeline.CompletedSeqno); // and not 1, which is the fence's
        Assert.Equal(FenceStatus.Failed(FenceError.Canceled), new Fence(handle).Status);
        _on.Execute();
        Assert.Equal(1, _on.Step());

        Section.Enter();
        RingEmit.TakeBack(cache, _on.Ring.Block, stopped.Position, handle, 2);
        Section.Exit();
        Assert.Equal(FenceStatus.Stale, new Fence(handle).Status);
        _on.Round(8);
        _on.MustEndClean();
    }

    [Fact]
    public void AFenceOfAGivenUpPositionEndsCanceledInItsTurn()
    {
        // Its producer stands still one step later: the fence is in its retire slot.
        (uint Index, ulong Position) stopped = _on.StandStill();
        Section.Enter();
        ThreadCache* cache = Registry.CacheOf(&_on.Engine.Block->Pools);
        ulong handle = FenceLife.Initialize(cache, stopped.Index, _on.Ring.Block->Timeline, stopped.Position, 0, 2, FenceFlags.OnRing);
        Volatile.Write(ref RingBlock.RetireOf(_on.Ring.Block, stopped.Position), handle);
        Section.Exit();
        _on.MendHole();
        _on.Execute();
        Assert.Equal(1, _on.Step());
        Assert.Equal(FenceStatus.Failed(FenceError.Canceled), new Fence(handle).Status);
        Section.Enter();
        RingEmit.TakeBack(cache, _on.Ring.Block, stopped.Position, handle, 2);
        Section.Exit();
        _on.MustEndClean();
    }

    [Fact]
    public void AStoppedNopIsMadeByThePollerAndCountedOnce()
    {
        ulong position = Interlocked.Increment(ref _on.Ring.Block->Timeline->LastSeqno);
        _on.MendHole();
        _on.Execute();
        Assert.Equal(1, _on.Step());
        RingEmit.Skip(_on.Ring.Block, position);
        Assert.Equal(0u, RingBlock.SlotOf(_on.Ring.Block, position)->Quarantine);
        _on.Round(8);
        _on.Round(8);
        Assert.Equal(17u, _on.Ring.Timeline.LastSeqno);
        _on.MustEndClean();
    }

    [Fact]
    public void ANopThatComesRoundsTooLateOverwritesNoPublication()
    {
        ulong position = Interlocked.Increment(ref _on.Ring.Block->Timeline->LastSeqno);
        _on.MendHole();
        _on.Execute();
        _on.Step();
        RingBlock.SlotOf(_on.Ring.Block, position)->Quarantine = 0; // as if another had left it
        _on.Round(7);
        Fence[] next = _on.Emit(1);
        Assert.Equal(9u, next[0].Seqno);
        RingEmit.Skip(_on.Ring.Block, position);
        _on.Execute();
        Assert.Equal(1, _on.Step());
        Assert.Equal(FenceStatus.Signaled, next[0].Status);
    }

    [Fact]
    public void ARingThatFailsGivesAStoppedProducerUp()
    {
        Fence[] before = _on.Emit(1);
        (uint Index, ulong Position) stopped = _on.StandStill();
        Fence[] behind = _on.Emit(1);
        Assert.True(_on.Ring.Fail(FenceError.TimedOut));
        Assert.All([before[0], behind[0]], f => Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), f.Status));

        // The ring stays in memory for the producer, then goes.
        _on.Ring.Dispose();
        _on.Held.ForEach(f => f.Dispose());
        _on.Held.Clear();
        Memory.Until.Drained(_on.Engine);
        Assert.False(_on.Ring.Timeline.IsFreed);
        Assert.Equal(EmitResult.GivenUp, _on.GoOn(stopped));
        _on.MustEndClean();
    }
}
