// Awaits of values that are due, on their way from whoever signals to the thread that completes them: the poller never runs managed
// code (decision 8). Native memory only. Intrusive, so never full.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Fences;

/// <summary>A stack of due nodes, and the futex on which the one consumer sleeps.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * Reservation.ContentionBytes)]
internal unsafe struct AwaitHub
{
    [FieldOffset(0)]
    private ulong _due;

    // 1 while the consumer sleeps or is about to.
    [FieldOffset(128)]
    private uint _asleep;

    /// <summary>Is something waiting?</summary>
    public bool IsEmpty => (uint)Atomic.LoadAcquire(ref _due) == 0;

    /// <summary>Puts a node in and wakes the consumer if it sleeps. Any thread.</summary>
    public static void Push(AwaitHub* hub, uint index)
    {
        TaggedStack.Push(ref hub->_due, index, Reservation.NodeBase, Reservation.NodeBytes);
        Wake(hub);
    }

    /// <summary>Takes a node, or 0. The consumer.</summary>
    public static uint Pop(AwaitHub* hub) => TaggedStack.Pop(ref hub->_due, Reservation.NodeBase, Reservation.NodeBytes);

    /// <summary>Wakes the consumer if it sleeps, or is about to.</summary>
    public static void Wake(AwaitHub* hub)
    {
        // [HUB-WAKE] full: what the consumer is woken for stands before the look at it. Pairs with [HUB-SLEEP]. Without it the consumer sleeps
        // over what has just been pushed.
        if (Atomic.ExchangeFull(ref hub->_asleep, 0) != 0)
        {
            Futex.Wake(&hub->_asleep, 1);
        }
    }

    /// <summary>Announces that the consumer is about to sleep; it looks once more for work before it does.</summary>
    public static void Announce(AwaitHub* hub) =>

        // [HUB-SLEEP] full: announced before the last look. Pairs with [HUB-WAKE].
        Atomic.ExchangeFull(ref hub->_asleep, 1);

    /// <summary>Sleeps if the stack is empty and nobody has taken the announcement back. The consumer; may park.</summary>
    public static void Sleep(AwaitHub* hub, long deadline)
    {
        if (hub->IsEmpty)
        {
            Futex.Wait(&hub->_asleep, 1, deadline);
        }

        Atomic.StoreRelease(ref hub->_asleep, 0);
    }
}
