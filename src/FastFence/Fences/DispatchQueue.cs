// Hand-over of managed callbacks from the poller to the dispatcher. Intrusive: the links are in the fence and its nodes, so
// the queue is never full and a garbage collection of any length neither blocks the poller nor makes it drop or allocate.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Fences;

/// <summary>A stack of fences, newest first, that the dispatcher takes whole; and the futex it sleeps on.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * Reservation.ContentionBytes)]
internal unsafe struct DispatchQueue
{
    [FieldOffset(0)]
    private uint _newest;

    // 1 while the dispatcher sleeps or is about to.
    [FieldOffset(128)]
    private uint _asleep;

    /// <summary>Is something waiting?</summary>
    public bool IsEmpty => Atomic.LoadAcquire(ref _newest) == 0;

    /// <summary>Puts a fence in; its last node carries the link. Any thread; one locked instruction, a wake if it sleeps.</summary>
    public static void Push(DispatchQueue* queue, uint fence, CallbackNode* last)
    {
        uint newest = Atomic.LoadPlain(ref queue->_newest);
        while (true)
        {
            Atomic.StorePlain(ref last->RunNext, newest);

            // [DISPATCH-PUSH] full: the run list stands before the fence is seen, and the push before the look at the sleeper.
            // Pairs with [DISPATCH-TAKE] and [DISPATCH-SLEEP]. Without it the dispatcher sleeps on a queue that is not empty.
            uint found = Atomic.CompareExchangeFull(ref queue->_newest, fence, newest);
            if (found == newest)
            {
                break;
            }

            newest = found;
        }

        if (Atomic.LoadAcquire(ref queue->_asleep) != 0 && Atomic.ExchangeFull(ref queue->_asleep, 0) != 0)
        {
            Futex.Wake(&queue->_asleep, 1);
        }
    }

    /// <summary>Takes all; newest first, linked through the last node of each. Dispatcher only.</summary>
    public uint TakeAll() =>

        // [DISPATCH-TAKE] full: pairs with [DISPATCH-PUSH].
        Atomic.ExchangeFull(ref _newest, 0);

    /// <summary>Sleeps until something is pushed, at most to <paramref name="deadline"/>. Dispatcher only; may park.</summary>
    public static void Sleep(DispatchQueue* queue, long deadline)
    {
        // [DISPATCH-SLEEP] full: announced before the last look. Pairs with [DISPATCH-PUSH].
        Atomic.ExchangeFull(ref queue->_asleep, 1);
        if (queue->IsEmpty)
        {
            Futex.Wait(&queue->_asleep, 1, deadline);
        }

        Atomic.StoreRelease(ref queue->_asleep, 0);
    }

    /// <summary>Wakes the dispatcher for another reason.</summary>
    public static void Wake(DispatchQueue* queue)
    {
        if (Atomic.ExchangeFull(ref queue->_asleep, 0) != 0)
        {
            Futex.Wake(&queue->_asleep, 1);
        }
    }
}
