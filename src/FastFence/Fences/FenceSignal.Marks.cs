// What may be written on an open fence before it signals: that its signal is recorded, and the error it will have.
using FastFence.Atomics;

namespace FastFence.Fences;

/// <summary>Marks on an open fence. Any thread that holds a reference, or sits in a section; never blocks.</summary>
internal static unsafe partial class FenceSignal
{
    /// <summary>
    /// Promises an open fence to the turn, with an error unless it has one: false when it is closed or promised already.
    /// </summary>
    public static bool TryPromise(FenceSlot* fence, uint generation, uint error)
    {
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        while (!HeadWord.IsClosed(head) && HeadWord.IsOf(head, generation) && !HeadWord.IsPromised(head))
        {
            ulong next = head | HeadWord.PromisedBit;
            next = error != 0 && HeadWord.OpenError(head) == 0 ? HeadWord.WithError(next, error) : next;

            // [TURN-PROMISE] full: succeeds on an open word only, and a signaller in turn finds it. Pairs with [SIGNAL-CLOSE]. Without it a
            // fence could be closed by one thread and recorded by another: its callbacks' link overwritten, its turn never passed.
            ulong found = Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), next, head);
            if (found == head)
            {
                return true;
            }

            head = found;
        }

        return false;
    }

    /// <summary>
    /// Sets the error that the fence will signal with; false when it is signaled, promised, or has one already (C2).
    /// </summary>
    public static bool TrySetError(FenceSlot* fence, uint generation, uint error)
    {
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        while (!HeadWord.IsClosed(head) && HeadWord.IsOf(head, generation) && HeadWord.OpenError(head) == 0
            && !HeadWord.IsPromised(head))
        {
            // [SET-ERROR] full: compares the whole word, so it cannot land on a closed one. Pairs with [SIGNAL-CLOSE]. Without it an
            // error set while another thread signals would be torn from state and time (fault 41).
            ulong found = Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), HeadWord.WithError(head, error), head);
            if (found == head)
            {
                return true;
            }

            head = found;
        }

        return false;
    }
}
