// Retiring: one read of the completion word retires a prefix. Native memory only: this runs on the poller, managed or native.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Rings;

/// <summary>The poller's side of a ring. Retiring thread only (an online reader); never blocks.</summary>
internal static unsafe class RingRetire
{
    private const uint PrefetchAhead = 4;

    /// <summary>
    /// Reads the word; true when there is something to retire (also while failing). A word that cannot be is refused and faults
    /// the ring: nothing is signaled by mistake (fault 32).
    /// </summary>
    public static bool Look(ThreadCache* cache, RingBlock* ring)
    {
        uint state = Atomic.LoadAcquire(ref ring->State);
        switch ((RingState)state)
        {
            case RingState.Running or RingState.Stopping:
                return LookAtWord(cache, ring, state);
            case RingState.Failing:
                // What the device reported before it came to rest is done, not failed (fault 25).
                LookAtWord(cache, ring, state);
                return Outstanding(ring->Timeline) != 0;
            default:
                return false;
        }
    }

    private static bool LookAtWord(ThreadCache* cache, RingBlock* ring, uint state)
    {
        TimelineBlock* timeline = ring->Timeline;
        if (ring->HasRefused != 0)
        {
            return false;
        }

        // [WORD-READ] acquire: what the device wrote before the word is seen by whoever sees the fences signaled (C14); the
        // reserved tail is read after it, so a genuine word is never above it. Pairs with [WORD-WRITE] and [RING-RESERVE].
        ulong word = ring->WordBits == 32
            ? SeqnoOrder.Extend(ring->Seen, Atomic.LoadAcquire(ref *(uint*)ring->Word))
            : Atomic.LoadAcquire(ref *(ulong*)ring->Word);
        if (word == ring->Seen)
        {
            return word != Atomic.LoadPlain(ref timeline->Completed);
        }

        if (word < ring->Seen || word > Atomic.LoadAcquire(ref timeline->LastSeqno))
        {
            cache->Counters.Increment(Counter.WordsRefused);
            ring->RefusedWord = word;
            ring->HasRefused = 1;

            // [RING-FAULT] full: from the state that was looked at only. Pairs with [RING-FAULT] (teardown's exchange). Without it a ring
            // that teardown has begun to drain would stand still for ever.
            if (state != (uint)RingState.Failing)
            {
                Atomic.CompareExchangeFull(ref ring->State, (uint)RingState.Faulted, state);
            }

            return false;
        }

        ring->Seen = word;
        return true;
    }

    /// <summary>Positions reserved and not retired.</summary>
    public static ulong Outstanding(TimelineBlock* timeline) =>
        Atomic.LoadAcquire(ref timeline->LastSeqno) - Atomic.LoadPlain(ref timeline->Completed);

    /// <summary>Retires up to <paramref name="budget"/> positions; how many. The batch has one time.</summary>
    public static uint Retire(ThreadCache* cache, RingBlock* ring, uint budget, long now, LatencyCells* latency, ref ulong heartbeat)
    {
        TimelineBlock* timeline = ring->Timeline;
        bool failing = Atomic.LoadAcquire(ref ring->State) == (uint)RingState.Failing;
        ulong target = failing ? Atomic.LoadAcquire(ref timeline->LastSeqno) : ring->Seen;
        ulong position = Atomic.LoadPlain(ref timeline->Completed);
        uint n = (uint)Math.Min(budget, target - position);
        for (uint i = 0; i < n; i++)
        {
            position++;
            if (i + PrefetchAhead < n)
            {
                Cpu.Prefetch(FenceSlot.At((uint)Atomic.LoadPlain(ref RingBlock.RetireOf(ring, position + PrefetchAhead))));
            }

            RetireOne(cache, ring, timeline, position, now, failing, latency);
            Atomic.StoreRelease(ref heartbeat, heartbeat + 1);
        }

        cache->Counters.Add(Counter.Retired, n);
        return n;
    }

    private static void RetireOne(
        ThreadCache* cache, RingBlock* ring, TimelineBlock* timeline, ulong position, long now, bool failing, LatencyCells* latency)
    {
        if (failing && (Atomic.LoadAcquire(ref RingBlock.SlotOf(ring, position)->Publish) & ~RingSlot.NopBit) != position)
        {
            GiveUp(ring, position); // its producer stands still; it will find the NOP and end its fence itself
        }

        // [RETIRE-TAKE-SLOT] full: each handle is taken once, so a poller that stood still and wakes after a takeover drops
        // nothing twice; and the producer's fence is seen whole. Pairs with [RETIRE-SLOT].
        ulong handle = Atomic.ExchangeFull(ref RingBlock.RetireOf(ring, position), 0);
        if (handle == 0)
        {
            Atomic.StoreRelease(ref timeline->Completed, position); // a NOP: no fence has this seqno
            TimelineWaiters.Passed(cache, timeline, position);
            return;
        }

        uint index = (uint)handle;
        FenceSlot* fence = FenceSlot.At(index);
        uint generation = (uint)(handle >> 32);
        if (fence->Seqno != position)
        {
            // A producer that was given up a round ago has just come back and left its fence in the slot that is a NOP now.
            FenceSignal.CloseOutOfTurn(cache, fence, generation, FenceError.Canceled.Magnitude);
            FenceLife.Release(cache, index, fence, generation);
            Atomic.StoreRelease(ref timeline->Completed, position);
            TimelineWaiters.Passed(cache, timeline, position);
            return;
        }

        uint error = failing && position > ring->Seen ? ring->FailError : IsGivenUp(ring, position) ? FenceError.Canceled.Magnitude : 0;
        if (ring->CompletionTimes != null && !failing)
        {
            latency->Record(now - ring->CompletionTimes[position & (ring->Capacity - 1)]);
        }

        FenceSignal.CloseInTurn(cache, timeline, index, fence, generation, error, now, onPoller: true);
        if (cache->RunHead != 0)
        {
            CallbackRunNative.RunAll(cache);
        }

        if ((Atomic.LoadAcquire(ref fence->Flags) & FenceFlags.RunReference) == 0)
        {
            FenceLife.Release(cache, index, fence, generation);
        }
    }

    private static bool IsGivenUp(RingBlock* ring, ulong position) =>
        Atomic.LoadAcquire(ref RingBlock.SlotOf(ring, position)->Publish) == (position | RingSlot.NopBit);

    /// <summary>
    /// Looks for a position that was reserved and not published for too long: its producer is stopped or dead. Its time counts from
    /// the first look that saw it, whatever else the ring waits for; then the position becomes a NOP and the device goes on
    /// (fault 34). Poller only, when the ring makes no progress.
    /// </summary>
    public static void MendHole(RingBlock* ring, long now)
    {
        TimelineBlock* timeline = ring->Timeline;
        ulong reserved = Atomic.LoadAcquire(ref timeline->LastSeqno);
        for (ulong position = ring->Seen + 1; position <= reserved; position++)
        {
            RingSlot* slot = RingBlock.SlotOf(ring, position);
            if ((Atomic.LoadAcquire(ref slot->Publish) & ~RingSlot.NopBit) == position)
            {
                continue;
            }

            if (ring->HoleSeen != position)
            {
                ring->HoleSeen = position;
                ring->HoleSince = now;
            }
            else if (now - ring->HoleSince >= ring->HoleNanoseconds)
            {
                GiveUp(ring, position);
                ring->HoleSeen = 0;
            }

            return;
        }

        ring->HoleSeen = 0;
    }

    private static void GiveUp(RingBlock* ring, ulong position)
    {
        RingSlot* slot = RingBlock.SlotOf(ring, position);

        // Quarantine first: from the NOP on the slot could be reserved for the next round.
        Atomic.CompareExchangeFull(ref slot->Quarantine, position, 0);
        if (RingEmit.MakeNop(ring, position))
        {
            RingDoorbell.Ring(ring);
        }
        else
        {
            Atomic.CompareExchangeFull(ref slot->Quarantine, 0, position);
        }
    }
}
