// Retiring: one read of the completion word retires a prefix. Native memory only: this runs on the poller, managed or native.
//
// A native poller may be taken over while it stands still between any two instructions, and go on later beside its successor
// until it sees the new term, one position at most. So a position is retired in steps that do nothing when they come late:
//
//   close the fence (one exchange; who succeeds runs its callbacks and drops the ring's reference)
//   ─► empty its retire slot (from this handle only) ─► move the turn (from the position before only)
//
// Until it goes on it is a late reader, so no fence that it has found is reused under it.
using System.Runtime.CompilerServices;
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
        // What was seen before it is read before it: a poller that stood still in between must not find its old word gone back.
        ulong seen = Atomic.LoadAcquire(ref ring->Seen);
        ulong word = ring->WordBits == 32
            ? SeqnoOrder.Extend(seen, Atomic.LoadAcquire(ref *(uint*)ring->Word)) // [WORD-READ]
            : Atomic.LoadAcquire(ref *(ulong*)ring->Word); // [WORD-READ]
        if (word == seen)
        {
            return word != Atomic.LoadPlain(ref timeline->Completed);
        }

        if (word < seen || word > Atomic.LoadAcquire(ref timeline->LastSeqno))
        {
            Refuse(cache, ring, word, state);
            return false;
        }

        Atomic.StoreRelease(ref ring->Seen, word);
        return true;
    }

    /// <summary>
    /// Is there nothing to do as long as the word reads as <see cref="RingBlock.Seen"/>? Then nobody but a change of the word, or attention, brings the
    /// poller back. Poller only, after its look.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSettled(RingBlock* ring) =>
        Atomic.LoadAcquire(ref ring->State) is (uint)RingState.Running or (uint)RingState.Stopping
        && ring->HasRefused == 0
        && ring->Seen == Atomic.LoadPlain(ref ring->Timeline->Completed);

    private static void Refuse(ThreadCache* cache, RingBlock* ring, ulong word, uint state)
    {
        ThreadCache.Count(cache, Counter.WordsRefused);
        ring->RefusedWord = word;
        ring->HasRefused = 1;

        // [RING-FAULT] full: from the state that was looked at only. Pairs with [RING-FAULT] (teardown's exchange). Without it a ring
        // that teardown has begun to drain would stand still for ever.
        if (state != (uint)RingState.Failing)
        {
            Atomic.CompareExchangeFull(ref ring->State, (uint)RingState.Faulted, state);
        }
    }

    /// <summary>Positions reserved and not retired.</summary>
    public static ulong Outstanding(TimelineBlock* timeline) =>
        Atomic.LoadAcquire(ref timeline->LastSeqno) - Atomic.LoadPlain(ref timeline->Completed);

    /// <summary>
    /// Retires up to <paramref name="budget"/> positions while <paramref name="term"/> lasts; how many. The batch has one time.
    /// </summary>
    public static uint Retire(
        ThreadCache* cache, RingBlock* ring, uint budget, long now, LatencyCells* latency, PollerWords* words, uint term)
    {
        TimelineBlock* timeline = ring->Timeline;
        uint state = Atomic.LoadAcquire(ref ring->State);
        bool failing = state == (uint)RingState.Failing;
        ulong target = failing ? Atomic.LoadAcquire(ref timeline->LastSeqno) : ring->Seen;
        ulong position = Atomic.LoadPlain(ref timeline->Completed);
        if (target <= position)
        {
            return 0; // a former poller has put back an old sight
        }

        uint n = (uint)Math.Min(budget, target - position);
        for (uint i = 0; i < n; i++)
        {
            if (Atomic.LoadAcquire(ref words->Term) != term)
            {
                n = i; // another poller is at it
                break;
            }

            position++;
            if (i + PrefetchAhead < n)
            {
                Cpu.Prefetch(FenceSlot.At((uint)Atomic.LoadPlain(ref RingBlock.RetireOf(ring, position + PrefetchAhead))));
            }

            if (!RetireOne(cache, ring, timeline, position, now, failing, latency, words->MayBeReplaced != 0))
            {
                // The device cannot have done what nobody has published, or what still waits: nothing from here on is believed.
                Atomic.StoreRelease(ref ring->Seen, position - 1);
                Refuse(cache, ring, target, state);
                n = i;
                break;
            }

            Atomic.StoreRelease(ref words->Heartbeat, words->Heartbeat + 1);
        }

        cache->Counters.Add(Counter.Retired, n);
        return n;
    }

    // False when the device reported a position that it cannot have seen.
    private static bool RetireOne(
        ThreadCache* cache, RingBlock* ring, TimelineBlock* timeline, ulong position, long now, bool failing, LatencyCells* latency,
        bool mayBeReplaced)
    {
        if (failing && RingSlot.NumberOf(Atomic.LoadAcquire(ref RingBlock.SlotOf(ring, position)->Publish)) != position)
        {
            GiveUp(ring, position); // its producer stands still; it will find the NOP and end its fence itself
        }

        // The number first: where it stands, so does the handle.
        ulong number = Atomic.LoadAcquire(ref RingBlock.SlotOf(ring, position)->Publish);
        ulong stands = number & ~RingSlot.NopBit;
        bool waits = stands != position && stands == (position | RingSlot.WaitBit);
        ulong former = (position & RingSlot.WaitBit) != 0 ? stands : stands & ~RingSlot.WaitBit; // positions may run on over that bit
        if (!failing && (waits || former < position))
        {
            return false;
        }

        // [RETIRE-TAKE-SLOT] acquire: the producer's fence is seen whole. Pairs with [RETIRE-SLOT]. Without it the former life of
        // the fence's slot would be signaled.
        ulong handle = Atomic.LoadAcquire(ref RingBlock.RetireOf(ring, position));
        uint index = (uint)handle;
        FenceSlot* fence = FenceSlot.At(index);
        uint generation = (uint)(handle >> 32);
        if (handle != 0 && fence->Seqno > position)
        {
            return true; // we are the late one: the slot is a later round's
        }

        bool givenUp = number == (position | RingSlot.NopBit);
        if (handle == 0 || givenUp || fence->Seqno != position)
        {
            if (handle != 0)
            {
                RetireGivenUp(cache, ring, position, handle);
            }

            Pass(cache, timeline, position, mayBeReplaced);
            return true;
        }

        uint error = failing && (waits || position > Atomic.LoadAcquire(ref ring->Seen)) ? ring->FailError : 0;
        if (ring->CompletionTimes != null && !failing)
        {
            latency->Record(now - ring->CompletionTimes[position & (ring->Capacity - 1)]);
        }

        bool closed = FenceSignal.CloseOnly(
            cache, timeline, index, fence, generation, HeadWord.OpenEmpty(generation), error, now, onPoller: true, promised: false);
        if (mayBeReplaced)
        {
            // [RETIRE-CLEAR] full: of this handle only. Pairs with [RETIRE-SLOT]. Without it a poller that stood still wipes the next
            // round's handle, and that fence is never signaled.
            Atomic.CompareExchangeFull(ref RingBlock.RetireOf(ring, position), 0, handle);
        }
        else
        {
            Atomic.StorePlain(ref RingBlock.RetireOf(ring, position), 0); // whoever uses it next has seen the turn move
        }

        Pass(cache, timeline, position, mayBeReplaced);
        if (cache->RunHead != 0)
        {
            CallbackRunNative.RunAll(cache);
        }

        if (closed && (Atomic.LoadAcquire(ref fence->Flags) & FenceFlags.RunReference) == 0)
        {
            FenceLife.Release(cache, index, fence, generation);
        }

        return true;
    }

    // The fence of a producer that was given up, in this round or, just come back, in the one before. It looks for its fence
    // itself (RingEmit.TakeBack): whoever takes the handle out of the slot ends the fence.
    private static void RetireGivenUp(ThreadCache* cache, RingBlock* ring, ulong position, ulong handle)
    {
        // [RETIRE-GIVEN-UP] full: either we or the producer get the handle. Pairs with [RETIRE-GIVEN-UP] (the producer's exchange). Without
        // it both would drop the ring's reference.
        if (Atomic.CompareExchangeFull(ref RingBlock.RetireOf(ring, position), 0, handle) == handle)
        {
            FenceSlot* fence = FenceSlot.At((uint)handle);
            uint generation = (uint)(handle >> 32);
            FenceSignal.CloseOutOfTurn(cache, fence, generation, FenceError.Canceled.Magnitude);
            FenceLife.Release(cache, (uint)handle, fence, generation);
        }
    }

    private static void Pass(ThreadCache* cache, TimelineBlock* timeline, ulong position, bool mayBeReplaced)
    {
        if (mayBeReplaced)
        {
            // [RETIRE-MOVE] full: from the position before only. Pairs with [RING-SPACE] and [RETIRE-MOVE] of another poller. Without it a
            // poller that stood still puts the turn back, and two fences share a retire slot.
            Atomic.CompareExchangeFull(ref timeline->Completed, position, position - 1);
        }
        else
        {
            Atomic.StoreRelease(ref timeline->Completed, position); // [TURN-MOVE] pairs with [RING-SPACE]
        }

        TimelineWaiters.Passed(cache, timeline, position);
    }

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
            if (RingSlot.NumberOf(Atomic.LoadAcquire(ref slot->Publish)) == position)
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
