// Removed nodes stay in the list until somebody sweeps: a long-lived fence with many timed-out waits must not grow. One
// sweeper at a time, marked in the head word, never waited for; it never unlinks the newest node (pushers own that link).
//
// A signal may close the fence while the sweep goes on. The last exchange tells: if the head is still open, no runner has
// begun and all that was unlinked is ours. If not, runner and sweeper claim each node by exchange, and whoever wins frees it.
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Unlinking of removed callbacks. Inside a section of the caller's.</summary>
internal static unsafe class CallbackSweep
{
    // Pushes between sweeps: at 32 the two exchanges of a sweep cost each remover a thirtieth of one.
    private const uint LeastDebt = 32;

    // The due mark has 16 bits (of sixteens) and is compared as a signed difference: half of that can lie ahead.
    private const uint MostDebt = 0x7FF0 << 4;

    /// <summary>Have enough callbacks been pushed since the last sweep?</summary>
    public static bool IsDue(FenceSlot* fence, ulong head)
    {
        uint node = HeadWord.Node(head);
        if (node == 0 || (head & HeadWord.SweepBit) != 0)
        {
            return false;
        }

        uint pushes = Atomic.LoadPlain(ref CallbackNode.At(node)->RunNext);
        uint due = Atomic.LoadPlain(&fence->Flags) >> FenceFlags.SweepShift;
        return due == 0 ? pushes >= LeastDebt : (short)((pushes >> 4) - due) >= 0;
    }

    /// <summary>Sweeps once, if nobody else does.</summary>
    public static void Sweep(ThreadCache* cache, FenceSlot* fence, uint generation)
    {
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        if (((EngineBlock*)cache->Pools)->SweepOff != 0 || HeadWord.IsClosed(head) || (head & HeadWord.SweepBit) != 0 || HeadWord.Node(head) == 0
            || !HeadWord.IsOf(head, generation)
            || Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), head | HeadWord.SweepBit, head) != head)
        {
            return;
        }

        uint first = HeadWord.Node(head);
        uint unlinked = Unlink(first, out uint live);
        uint pushes = Atomic.LoadPlain(ref CallbackNode.At(first)->RunNext);
        SetDue(fence, pushes + Math.Clamp(live, LeastDebt, MostDebt));
        bool open = ClearBit(fence);
        ThreadCache.Count(cache, Counter.Sweeps);
        while (unlinked != 0)
        {
            CallbackNode* node = CallbackNode.At(unlinked);
            uint next = (uint)node->Argument;
            uint removing = (node->State & ~NodeState.Mask) | NodeState.Removing;

            // [CB-SWEEP] full: in a collision with a runner one of us gets the node. Pairs with [CB-CLAIM] and [CB-FINAL].
            // Without it both would free it.
            if (open || Atomic.CompareExchangeFull(ref node->State, (removing & ~NodeState.Mask) | NodeState.Swept, removing) == removing)
            {
                if (open)
                {
                    Atomic.StoreRelease(&node->State, (removing & ~NodeState.Mask) | NodeState.Swept);
                }

                CallbackList.Give(cache, unlinked);
            }

            unlinked = next;
        }
    }

    private static uint Unlink(uint first, out uint live)
    {
        uint unlinked = 0;
        live = 1;
        CallbackNode* before = CallbackNode.At(first);
        for (uint i = Atomic.LoadAcquire(&before->Next); i != 0;)
        {
            CallbackNode* node = CallbackNode.At(i);
            uint next = Atomic.LoadAcquire(&node->Next);
            if (Atomic.LoadAcquire(&node->Final) == 1 // [CB-FINAL]
                && (Atomic.LoadAcquire(&node->State) & NodeState.Mask) == NodeState.Removing)
            {
                Atomic.StoreRelease(&before->Next, next);
                node->Argument = (nint)unlinked;
                unlinked = i;
            }
            else
            {
                before = node;
                live++;
            }

            i = next;
        }

        return unlinked;
    }

    private static bool ClearBit(FenceSlot* fence)
    {
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        while (!HeadWord.IsClosed(head))
        {
            // [SWEEP-END] full: reads the newest head: if it is open, no runner began before. Pairs with [SIGNAL-CLOSE].
            ulong found = Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), head & ~HeadWord.SweepBit, head);
            if (found == head)
            {
                return true;
            }

            head = found;
        }

        return false;
    }

    private static void SetDue(FenceSlot* fence, uint pushes)
    {
        uint due = (pushes >> 4) & 0xFFFF;
        uint flags = Atomic.LoadPlain(&fence->Flags);
        while (true)
        {
            uint found = Atomic.CompareExchangeFull(
                ref fence->Flags, (flags & 0xFFFF) | (Math.Max(1, due) << FenceFlags.SweepShift), flags);
            if (found == flags)
            {
                return;
            }

            flags = found;
        }
    }
}
