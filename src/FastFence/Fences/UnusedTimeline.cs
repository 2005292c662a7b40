// A timeline takes its block with its first fence, or the first waiter for one of its values. Until then its object points at a block that all unused
// timelines share: nothing is signaled there, nothing was given out, and `Closed` says that whoever wants to make a fence has to look closer, which he
// does anyway when it is not 0. So an unused context has no native memory but its name, and a used one no branch more.
//
//   Open ──► a block of its own       the first user; of two the loser gives his back
//     └────► Closed                   the timeline is closed before anybody used it; it stays unused
//
// The pointer is the only word that changes: the shared blocks are never written.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>The shared blocks, and the two ways on from the first of them. Any thread; never blocks.</summary>
internal static unsafe class UnusedTimeline
{
    private const int Both = 2;
    private static readonly nint s_open = Create();

    /// <summary>What an unused timeline points at.</summary>
    public static nint Open => s_open;

    // What one that was closed unused points at.
    private static nint Closed => s_open + sizeof(TimelineBlock);

    /// <summary>Is this block one of the shared ones? Then it is not to be written.</summary>
    public static bool Is(TimelineBlock* block) => (nint)block == s_open || (nint)block == Closed;

    /// <summary>Gives a timeline a block, filled; false when it has one, or was closed: the caller's block is his own then.</summary>
    public static bool TryUse(ref nint place, TimelineBlock* own) =>

        // [TIMELINE-OWN] full: the block's content stands before it is found, and a timeline gets one, or is closed unused. Pairs with [TIMELINE-LOOK] and
        // [TIMELINE-OWN]. Without it two threads make fences on two blocks, or one on a timeline that its closer has found unused.
        Atomic.CompareExchangeFull(ref place, (nint)own, s_open) == s_open;

    /// <summary>Closes a timeline that has no block of its own; false when it has one. True also when it is closed already.</summary>
    public static bool TryClose(ref nint place)
    {
        nint found = Atomic.CompareExchangeFull(ref place, Closed, s_open); // [TIMELINE-OWN]
        return found == s_open || found == Closed;
    }

    /// <summary>The block that stands for a timeline at this moment.</summary>
    public static TimelineBlock* At(ref nint place) =>

        // [TIMELINE-LOOK] acquire: pairs with [TIMELINE-OWN]. Without it a block is used before its content is there.
        (TimelineBlock*)Atomic.LoadAcquire(ref place);

    private static nint Create()
    {
        TimelineBlock* blocks = (TimelineBlock*)NativeMemory.AlignedAlloc((nuint)(Both * sizeof(TimelineBlock)), Reservation.ContentionBytes);
        NativeMemory.Clear(blocks, (nuint)(Both * sizeof(TimelineBlock)));
        for (int i = 0; i < Both; i++)
        {
            blocks[i].Closed = i == 0 ? TimelineClosed.Unused : TimelineClosed.Yes;
            blocks[i].TimeoutNanoseconds = long.MaxValue;
        }

        return (nint)blocks;
    }
}
