// What a poller, or a signaller that must not run callbacks itself, leaves to a managed thread: timelines with queued fences,
// and completed awaits. Intrusive: the links are in timelines and callback nodes, so the queue is never full and a garbage
// collection of any length neither blocks the poller nor makes it drop or allocate.
//
// Whoever pushes makes one exchange. Whoever takes turns the stack of new timelines round into a list, oldest first, and takes one
// timeline at a time, so that what a blocked dispatcher has not begun is there for the one that replaces it. This file touches
// native memory only.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Fences;

/// <summary>Timelines and awaits on their way to a managed thread, and the futex it sleeps on.</summary>
[StructLayout(LayoutKind.Explicit, Size = 3 * Reservation.ContentionBytes)]
internal unsafe struct DispatchQueue
{
    // Newest timeline.
    [FieldOffset(0)]
    private nint _newest;

    // Newest await.
    [FieldOffset(8)]
    private uint _newestNode;

    // 1 while a taker sleeps or is about to.
    [FieldOffset(128)]
    private uint _asleep;

    // Timelines in the order in which they came; under _taking.
    [FieldOffset(256)]
    private nint _oldest;

    // 1 while somebody takes a timeline: a few instructions.
    [FieldOffset(264)]
    private uint _taking;

    /// <summary>Is nothing waiting?</summary>
    public bool IsEmpty => Atomic.LoadAcquire(ref _newest) == 0 && Atomic.LoadAcquire(ref _oldest) == 0 && Atomic.LoadAcquire(ref _newestNode) == 0;

    /// <summary>Puts a timeline in, which is in no such queue. Any thread; one locked instruction, a wake if the taker sleeps.</summary>
    public static void Push(DispatchQueue* queue, TimelineBlock* timeline)
    {
        nint newest = Atomic.LoadPlain(ref queue->_newest);
        while (true)
        {
            Atomic.StorePlain(ref timeline->ReadyNext, newest);

            // [DISPATCH-PUSH] full: the fences stand before the timeline is seen, and the push before the look at the sleeper.
            // Pairs with [DISPATCH-TAKE] and [DISPATCH-SLEEP]. Without it the dispatcher sleeps on a queue that is not empty.
            nint found = Atomic.CompareExchangeFull(ref queue->_newest, (nint)timeline, newest);
            if (found == newest)
            {
                break;
            }

            newest = found;
        }

        WakeIfAsleep(queue);
    }

    /// <summary>Puts a chain of awaits in, newest first, linked by <see cref="CallbackNode.RunNext"/>. Any thread, as <see cref="Push"/>.</summary>
    public static void PushAwaits(DispatchQueue* queue, uint first, CallbackNode* last)
    {
        uint newest = Atomic.LoadPlain(ref queue->_newestNode);
        while (true)
        {
            Atomic.StorePlain(ref last->RunNext, newest);

            // [DISPATCH-AWAIT] full: as [DISPATCH-PUSH], for awaits. Pairs with [DISPATCH-TAKE] and [DISPATCH-SLEEP].
            uint found = Atomic.CompareExchangeFull(ref queue->_newestNode, first, newest);
            if (found == newest)
            {
                break;
            }

            newest = found;
        }

        WakeIfAsleep(queue);
    }

    /// <summary>Takes the timeline that has waited longest; null when there is none. Never blocks for long.</summary>
    public static TimelineBlock* TryTake(DispatchQueue* queue)
    {
        if (Atomic.LoadAcquire(ref queue->_newest) == 0 && Atomic.LoadAcquire(ref queue->_oldest) == 0)
        {
            return null;
        }

        // [DISPATCH-TURN] full: one taker at a time; a replaced dispatcher may meet its successor here. Pairs with [DISPATCH-TURN] (the
        // store below). Without it both take the same timeline, and its callbacks run twice.
        while (Atomic.CompareExchangeFull(ref queue->_taking, 1, 0) != 0)
        {
            CurrentThread.Yield();
        }

        TimelineBlock* timeline = (TimelineBlock*)Atomic.LoadPlain(ref queue->_oldest);
        if (timeline == null)
        {
            // [DISPATCH-TAKE] full: pairs with [DISPATCH-PUSH] and [DISPATCH-AWAIT].
            timeline = Reverse((TimelineBlock*)Atomic.ExchangeFull(ref queue->_newest, 0));
        }

        Atomic.StorePlain(ref queue->_oldest, timeline == null ? 0 : Atomic.LoadPlain(ref timeline->ReadyNext));
        Atomic.StoreRelease(ref queue->_taking, 0); // [DISPATCH-TURN] release: the list is whole for the next taker.
        return timeline;
    }

    /// <summary>Takes all awaits, newest first.</summary>
    public static uint TakeAwaits(DispatchQueue* queue) => Atomic.LoadAcquire(ref queue->_newestNode) == 0
        ? 0
        : Atomic.ExchangeFull(ref queue->_newestNode, 0); // [DISPATCH-TAKE] full

    /// <summary>Sleeps until something is pushed, at most to <paramref name="deadline"/>. May park.</summary>
    public static void Sleep(DispatchQueue* queue, long deadline)
    {
        // [DISPATCH-SLEEP] full: announced before the last look. Pairs with [DISPATCH-PUSH] and [DISPATCH-AWAIT].
        Atomic.ExchangeFull(ref queue->_asleep, 1);
        if (queue->IsEmpty)
        {
            Futex.Wait(&queue->_asleep, 1, deadline);
        }

        Atomic.StoreRelease(ref queue->_asleep, 0);
    }

    /// <summary>Wakes whoever sleeps, for another reason.</summary>
    public static void Wake(DispatchQueue* queue)
    {
        Atomic.ExchangeFull(ref queue->_asleep, 0);
        Futex.Wake(&queue->_asleep, int.MaxValue);
    }

    private static void WakeIfAsleep(DispatchQueue* queue)
    {
        if (Atomic.LoadAcquire(ref queue->_asleep) != 0 && Atomic.ExchangeFull(ref queue->_asleep, 0) != 0)
        {
            Futex.Wake(&queue->_asleep, 1);
        }
    }

    private static TimelineBlock* Reverse(TimelineBlock* newest)
    {
        TimelineBlock* oldest = null;
        while (newest != null)
        {
            TimelineBlock* next = (TimelineBlock*)Atomic.LoadPlain(ref newest->ReadyNext);
            Atomic.StorePlain(ref newest->ReadyNext, (nint)oldest);
            oldest = newest;
            newest = next;
        }

        return oldest;
    }
}
