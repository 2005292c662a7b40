// Emitting: reserve everything, then a position, then publish (C19: nothing fails after the first visible effect).
// Native memory only.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Rings;

/// <summary>The emitters' side. Any thread; never blocks.</summary>
internal static unsafe class RingEmit
{
    /// <summary>Emits a command with a fence; <paramref name="references"/> includes the ring's.</summary>
    public static EmitResult Emit(
        ThreadCache* cache, RingBlock* ring, in RingCommand command, nint data, uint references, out ulong handle) =>
        Emit(cache, ring, command, data, references, null, out handle);

    /// <summary>As the other; with <paramref name="wait"/> the command stands on the ring and goes out when those fences have signaled.</summary>
    public static EmitResult Emit(
        ThreadCache* cache, RingBlock* ring, in RingCommand command, nint data, uint references, RingWait* wait, out ulong handle)
    {
        handle = 0;
        uint index = FenceLife.Reserve(cache);
        if (index == 0)
        {
            return EmitResult.NoMemory;
        }

        EmitResult result = Reserve(ring, out ulong position);
        if (result != EmitResult.Emitted)
        {
            FenceLife.Unreserve(cache, index);
            return result;
        }

        return Finish(cache, ring, index, position, command, data, references, wait, out handle);
    }

    /// <summary>The rest of emitting, from the reserved slot and position on; a test may stand still in front of it.</summary>
    internal static EmitResult Finish(
        ThreadCache* cache, RingBlock* ring, uint index, ulong position, in RingCommand command, nint data, uint references, RingWait* wait, out ulong handle)
    {
        handle = FenceLife.Initialize(cache, index, ring->Timeline, position, data, references, FenceFlags.OnRing);
        ThreadCache.Count(cache, Counter.Emitted);
        FenceTrace.Write(cache, RecordKind.FenceEmit, FenceSlot.At(index));

        // [RETIRE-SLOT] release: the fence stands before the poller can find it. Pairs with [RETIRE-TAKE-SLOT].
        Atomic.StoreRelease(ref RingBlock.RetireOf(ring, position), handle);
        if (Publish(ring, position, command, wait))
        {
            return EmitResult.Emitted;
        }

        TakeBack(cache, ring, position, handle, references);
        handle = 0;
        return EmitResult.GivenUp;
    }

    /// <summary>Emits a position without a fence: the seqno is skipped.</summary>
    public static EmitResult EmitNop(RingBlock* ring)
    {
        EmitResult result = Reserve(ring, out ulong position);
        if (result == EmitResult.Emitted)
        {
            Skip(ring, position);
        }

        return result;
    }

    // Whoever reserved the position counts it as skipped, once, also when the poller was quicker to make it a NOP: until then the
    // timeline waits for it (Teardown.TryFree).
    internal static void Skip(RingBlock* ring, ulong position)
    {
        MakeNop(ring, position);
        LeaveQuarantine(ring, position);
        Atomic.AddFull(ref ring->Timeline->Skipped, 1);
        RingDoorbell.Ring(ring);
    }

    private static void LeaveQuarantine(RingBlock* ring, ulong position) =>
        Atomic.CompareExchangeFull(ref RingBlock.SlotOf(ring, position)->Quarantine, 0, position);

    /// <summary>
    /// Turns an unpublished position into a NOP; false when it has been published meanwhile, or the slot is a later round's.
    /// </summary>
    public static bool MakeNop(RingBlock* ring, ulong position)
    {
        RingSlot* slot = RingBlock.SlotOf(ring, position);
        ulong seen = Atomic.LoadAcquire(ref slot->Publish);

        // [RING-NOP] full: either the producer's publication or the NOP stands, never both. Pairs with [RING-PUBLISH].
        return (seen & ~RingSlot.NopBit) < position
            && Atomic.CompareExchangeFull(ref slot->Publish, position | RingSlot.NopBit, seen) == seen;
    }

    private static EmitResult Reserve(RingBlock* ring, out ulong position)
    {
        TimelineBlock* timeline = ring->Timeline;
        while (true)
        {
            position = Atomic.LoadAcquire(ref timeline->LastSeqno);
            uint state = Atomic.LoadAcquire(ref ring->State); // [RING-RESUME]
            if (state != (uint)RingState.Running || Atomic.LoadAcquire(ref timeline->Closed) != 0)
            {
                return ring->IsShared == 0 || state is (uint)RingState.Running or (uint)RingState.Closed || Atomic.LoadAcquire(ref timeline->Closed) != 0
                    ? EmitResult.Closed
                    : EmitResult.Resetting;
            }

            // [RING-SPACE] acquire: the retire slot of this position was taken out before the one it follows was completed.
            // Pairs with [TURN-MOVE]. Without it two fences would share a retire slot.
            long ahead = (long)(position - Atomic.LoadAcquire(ref timeline->Completed));
            if (ahead >= ring->Capacity)
            {
                return EmitResult.RingFull;
            }

            if (ahead < 0)
            {
                continue; // others have emitted and the device has passed what we read first
            }

            // [RING-RESERVE] full: one producer a position, reserved before the device can complete it. Pairs
            // with [RING-RESERVE] and [WORD-READ]. Without it two commands share a slot.
            if (Atomic.CompareExchangeFull(ref timeline->LastSeqno, position + 1, position) != position)
            {
                continue;
            }

            position++;
            if (Atomic.LoadAcquire(ref RingBlock.SlotOf(ring, position)->Quarantine) == 0)
            {
                return EmitResult.Emitted;
            }

            // A producer that was given up may still write into this slot: the position is skipped and the next one tried.
            Skip(ring, position);
        }
    }

    private static bool Publish(RingBlock* ring, ulong position, in RingCommand command, RingWait* wait)
    {
        RingSlot* slot = RingBlock.SlotOf(ring, position);
        ulong seen = Atomic.LoadPlain(ref slot->Publish);
        slot->Command = command;
        ulong number = position;
        if (wait != null)
        {
            RingFeed.Write(RingFeed.WaitOf(ring, position), wait);
            number |= RingSlot.WaitBit;
        }

        // [RING-PUBLISH] full: the command stands before its number, and the number before the look at sleepers. Pairs with [RING-CONSUME],
        // [FEED-READ], [RING-NOP] and [DOORBELL-SLEEP]. Without it the device runs a command of the former round, or sleeps over this one.
        // A number at or above ours: our position became a NOP, maybe rounds ago.
        if ((seen & ~RingSlot.NopBit) >= position || Atomic.CompareExchangeFull(ref slot->Publish, number, seen) != seen)
        {
            return false;
        }

        if (wait != null)
        {
            RingFeed.Announce(ring, position);
            RingDoorbell.WakePoller(ring);
            return true;
        }

        RingDoorbell.Ring(ring);
        return true;
    }

    // The position became a NOP while we stood still: whoever takes the handle out of the retire slot ends the fence.
    internal static void TakeBack(ThreadCache* cache, RingBlock* ring, ulong position, ulong handle, uint references)
    {
        // [RETIRE-GIVEN-UP] full: pairs with itself on the poller's side.
        bool ours = Atomic.ExchangeFull(ref RingBlock.RetireOf(ring, position), 0) == handle;
        LeaveQuarantine(ring, position);
        uint index = (uint)handle;
        FenceSlot* fence = FenceSlot.At(index);
        uint generation = (uint)(handle >> 32);
        if (ours)
        {
            FenceSignal.CloseOutOfTurn(cache, fence, generation, FenceError.Canceled.Magnitude);
            FenceLife.Release(cache, index, fence, generation);
        }

        for (uint i = 1; i < references; i++)
        {
            FenceLife.Release(cache, index, fence, generation);
        }
    }
}

/// <summary>Waking who waits for a publication: the device, and a poller that sleeps because nothing was outstanding.</summary>
internal static unsafe class RingDoorbell
{
    /// <summary>Rings. The caller's publication was a full exchange, so plain looks suffice here. A system call only for sleepers.</summary>
    public static void Ring(RingBlock* ring)
    {
        uint* bell = ring->Doorbell;
        if (Atomic.LoadAcquire(ref *bell) != 0 && Atomic.ExchangeFull(ref *bell, 0) != 0)
        {
            Wake(ring, bell);
        }

        WakePoller(ring);
    }

    /// <summary>Wakes the device, which is to look around.</summary>
    public static void WakeDevice(RingBlock* ring)
    {
        Atomic.ExchangeFull(ref *ring->Doorbell, 0);
        Wake(ring, ring->Doorbell);
    }

    private static void Wake(RingBlock* ring, uint* bell)
    {
        if (ring->IsShared != 0)
        {
            Futex.WakeShared(bell, 1);
        }
        else
        {
            Futex.Wake(bell, 1);
        }
    }

    /// <summary>Wakes the poller if it sleeps.</summary>
    public static void WakePoller(RingBlock* ring)
    {
        PollerWake* wake = ring->Wake;
        if (wake != null && Atomic.LoadAcquire(ref wake->Asleep) != 0 && Atomic.ExchangeFull(ref wake->Asleep, 0) != 0)
        {
            Futex.Wake(&wake->Asleep, 1);
        }
    }
}
