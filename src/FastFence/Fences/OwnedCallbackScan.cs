using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>
/// Finds the callbacks of one owner's code on pending fences of any engine, by walking the fences' slabs and their lists, and removes
/// them (C17, step 7). Those of fences that are signaled already are on their way: they run and count themselves out.
/// </summary>
internal static unsafe class OwnedCallbackScan
{
    private const uint SlotsOfASection = 4096;

    /// <summary>Removes what it finds; how many. Any managed thread; sections of a few microseconds, a millisecond for each ten slabs.</summary>
    public static int Remove(uint owner)
    {
        int removed = 0;
        uint perSlab = Reservation.SlabBytes / Reservation.FenceBytes;

        // Slabs that engines have given back read as zeroes; one taken after this look holds no callback of an owner that is closed.
        ulong end = (ulong)Regions.Fences->Taken * perSlab;
        for (ulong at = 1; at < end; at += SlotsOfASection)
        {
            Section.Enter();
            for (uint i = (uint)at; i < Math.Min(at + SlotsOfASection, end); i++)
            {
                removed += RemoveOf(owner, FenceSlot.At(i));
            }

            Section.Exit();
        }

        return removed;
    }

    private static int RemoveOf(uint owner, FenceSlot* fence)
    {
        ulong word = Atomic.LoadAcquire(ref fence->RefGen);
        if ((uint)word is 0 or >= FenceLife.Immortal)
        {
            return 0;
        }

        uint generation = (uint)(word >> 32);
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        if (HeadWord.IsClosed(head) || !HeadWord.IsOf(head, generation))
        {
            return 0;
        }

        int removed = 0;
        for (uint i = HeadWord.Node(head); i != 0;)
        {
            // Whatever becomes of the node meanwhile, it keeps its fields and its link to the end of our section.
            CallbackNode* node = CallbackNode.At(i);
            uint next = Atomic.LoadAcquire(ref node->Next);
            uint state = Atomic.LoadAcquire(ref node->State);
            if ((state & NodeState.Mask) == NodeState.Pending && node->Owner == owner
                && CallbackRegistration.RemoveInside(References.CacheOf(fence, generation), fence, generation, i, state & ~NodeState.Mask))
            {
                removed++;
            }

            i = next;
        }

        return removed;
    }
}
