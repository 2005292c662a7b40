// Signals out of turn. The signal is recorded on the fence and the fence is kept alive by the timeline; whoever moves the
// turn next works through what is recorded (C11). The signaller in turn pays one load for this; the recorder, who is rare,
// pays a process-wide barrier:
//
//   signaller in turn                         recorder
//   Completed = n          (store)            recorded on the stack, count + 1
//   …no fence…                                process-wide barrier
//   look at the count      (load)             look at Completed
//
// If the store comes first, the recorder sees the turn and drains; if not, the signaller's load comes after the barrier and
// sees the count.
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Recording and draining of signals out of turn.</summary>
internal static unsafe class TimelineTurn
{
    private static readonly nuint s_linkOffset = 56;

    private static byte* LinkBase => Reservation.FenceBase + s_linkOffset;

    /// <summary>Records a signal; the first one wins. Inside a section. Never blocks.</summary>
    public static SignalResult Record(
        ThreadCache* cache, TimelineBlock* timeline, uint index, FenceSlot* fence, uint generation, uint error)
    {
        bool onRing = (timeline->Flags & TimelineFlags.Ring) != 0;
        if (!FenceLife.TryAcquire(fence, generation))
        {
            ThreadCache.Count(cache, Counter.StaleRefused);
            return SignalResult.Stale;
        }

        // The reference comes before the promise: whoever finds the promise and drops the last reference but ours sees ours.
        if (!FenceSignal.TryPromise(fence, generation, error))
        {
            FenceLife.Release(cache, index, fence, generation);
            ThreadCache.Count(cache, Counter.SignaledAgain);
            return SignalResult.AlreadySignaled;
        }

        ThreadCache.Count(cache, Counter.Deferred);
        if (onRing)
        {
            // The poller comes to it in seqno order anyway and holds the ring's reference: the record is the error alone.
            FenceLife.Release(cache, index, fence, generation);
            return SignalResult.Deferred;
        }

        TaggedStack.Push(ref timeline->DeferredStack, index, LinkBase, Reservation.FenceBytes);
        Atomic.AddFull(ref timeline->DeferredCount, 1);

        // [TURN-RECORD] process-wide: see the head of this file. Pairs with [TURN-AFTER] and [TURN-MOVE]. Without it both sides
        // may miss each other and the fence is never signaled.
        ProcessBarrier.Issue();
        Drain(cache, timeline);
        return SignalResult.Deferred;
    }

    /// <summary>
    /// Signals recorded fences whose turn has come. One thread at a time; the others leave, since the one inside looks again
    /// after it has given up the flag. Callbacks go on the thread's run list. Inside a section.
    /// </summary>
    public static void Drain(ThreadCache* cache, TimelineBlock* timeline)
    {
        // [TURN-LOOK] full: our turn, or our record, stands before the look. The thread inside publishes its next one and then
        // looks at the turn ([TURN-LEAVE] stands between). Pairs with [TURN-LEAVE]. Without it we read its half-sorted list as
        // "nothing due" while it reads the old turn: the fence would wait for the next signal.
        Atomic.FenceFull();
        while (IsDue(timeline) && Atomic.CompareExchangeFull(ref timeline->DrainFlag, 1, 0) == 0)
        {
            DrainHeld(cache, timeline);

            // [TURN-LEAVE] full: the flag is given up before the last look. Pairs with [TURN-LEAVE], [TURN-LOOK] and
            // [TURN-RECORD] of another thread. Without it a fence recorded between our last look and the store would wait for the
            // next signal.
            Atomic.ExchangeFull(ref timeline->DrainFlag, 0);
        }
    }

    private static bool IsDue(TimelineBlock* timeline)
    {
        if (Atomic.LoadAcquire(ref timeline->DeferredCount) == 0)
        {
            return false;
        }

        return (uint)Atomic.LoadAcquire(ref timeline->DeferredStack) != 0
            || Atomic.LoadAcquire(ref timeline->DeferredNext) - 1 <= Atomic.LoadAcquire(ref timeline->Completed); // 0, none, wraps
    }

    private static void DrainHeld(ThreadCache* cache, TimelineBlock* timeline)
    {
        while (true)
        {
            for (uint i = TaggedStack.Pop(ref timeline->DeferredStack, LinkBase, Reservation.FenceBytes); i != 0;
                i = TaggedStack.Pop(ref timeline->DeferredStack, LinkBase, Reservation.FenceBytes))
            {
                Insert(timeline, i);
            }

            uint first = timeline->DeferredSorted;
            if (first == 0 || FenceSlot.At(first)->Seqno > Atomic.LoadAcquire(ref timeline->Completed) + 1)
            {
                return;
            }

            FenceSlot* fence = FenceSlot.At(first);
            timeline->DeferredSorted = fence->Link;
            PublishNext(timeline);
            uint generation = (uint)(Atomic.LoadPlain(ref fence->RefGen) >> 32);
            long now = ((EngineBlock*)cache->Pools)->Clock.Read();
            FenceSignal.CloseInTurn(
                cache, timeline, first, fence, generation, Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence)), 0, now, promised: true);
            Atomic.AddFull(ref timeline->DeferredCount, uint.MaxValue);
            FenceLife.Release(cache, first, fence, generation);
        }
    }

    // Sorted insertion; signals in falling or rising order cost one step each, a random order the length of the list.
    private static void Insert(TimelineBlock* timeline, uint index)
    {
        FenceSlot* fence = FenceSlot.At(index);
        uint* link = &timeline->DeferredSorted;
        while (*link != 0 && FenceSlot.At(*link)->Seqno < fence->Seqno)
        {
            link = &FenceSlot.At(*link)->Link;
        }

        fence->Link = *link;
        *link = index;
        PublishNext(timeline);
    }

    private static void PublishNext(TimelineBlock* timeline)
    {
        uint first = timeline->DeferredSorted;
        Atomic.StoreRelease(ref timeline->DeferredNext, first == 0 ? 0 : FenceSlot.At(first)->Seqno);
    }
}
