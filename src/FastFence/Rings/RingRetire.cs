// Retiring: one read of the completion word retires a prefix. Native memory only: this runs on the poller, managed or native.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Recording;
using FastFence.Reclamation;

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
        TimelineBlock* timeline = ring->Timeline;
        if (Atomic.LoadAcquire(ref ring->State) != (uint)RingState.Running)
        {
            return Atomic.LoadAcquire(ref ring->State) == (uint)RingState.Failing && Outstanding(timeline) != 0;
        }

        // [WORD-READ] acquire: what the device wrote before the word is seen by whoever sees the fences signaled (C14); the
        // reserved tail is read after it, so a genuine word is never above it. Pairs with [WORD-WRITE] and [RESERVE].
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
            Atomic.StoreRelease(ref ring->State, (uint)RingState.Faulted);
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
            Atomic.AddFull(ref timeline->Skipped, 1); // a NOP: no fence has this seqno
            Atomic.StoreRelease(ref timeline->Completed, position);
            return;
        }

        uint index = (uint)handle;
        FenceSlot* fence = FenceSlot.At(index);
        uint generation = (uint)(handle >> 32);
        uint error = failing ? ring->FailError : IsGivenUp(ring, position) ? FenceError.Canceled.Magnitude : 0;
        if (ring->CompletionTimes != null && !failing)
        {
            latency->Record(now - ring->CompletionTimes[position & (ring->Capacity - 1)]);
        }

        FenceSignal.CloseInTurn(cache, timeline, index, fence, generation, error, now, onPoller: true);
        if (cache->RunHead != 0)
        {
            CallbackRunNative.RunAll(cache);
        }

        if ((Atomic.LoadAcquire(ref fence->Flags) & FenceFlags.DispatcherReference) == 0)
        {
            FenceLife.Release(cache, index, fence, generation);
        }
    }

    private static bool IsGivenUp(RingBlock* ring, ulong position) =>
        Atomic.LoadAcquire(ref RingBlock.SlotOf(ring, position)->Publish) == (position | RingSlot.NopBit);

    /// <summary>
    /// Looks for a position that was reserved and not published for too long: its producer is stopped or dead. Two looks must
    /// agree; then the position becomes a NOP and the device goes on (fault 34). Poller only, when the ring makes no progress.
    /// </summary>
    public static void MendHole(RingBlock* ring, long stoodStill)
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

            if (ring->HoleSeen != position || stoodStill < ring->HoleNanoseconds)
            {
                ring->HoleSeen = position;
                return;
            }

            GiveUp(ring, position);
            ring->HoleSeen = 0;
            return;
        }
    }

    private static void GiveUp(RingBlock* ring, ulong position)
    {
        RingSlot* slot = RingBlock.SlotOf(ring, position);

        // Quarantine first: from the NOP on the slot could be reserved for the next round.
        Atomic.AddFull(ref slot->Quarantine, 1);
        if (RingEmit.MakeNop(ring, position))
        {
            RingDoorbell.Ring(ring);
        }
        else
        {
            Atomic.AddFull(ref slot->Quarantine, ulong.MaxValue); // it has been published, or skipped, meanwhile
        }
    }
}
