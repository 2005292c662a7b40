// The callback list of a pending fence: a stack of nodes behind the head word. One exchange adds, one removes.
//
// Why removal is two steps: the runner must claim nodes with plain reads (a locked instruction for each callback would cost
// as much as the callback). So a remover marks the node and then looks at the head: open means the runner has not begun and
// will see the mark; closed means that the runner may already have passed, so the mark is taken back unless the runner
// found it in time.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Adding and removing callbacks. Any thread with a cache; never blocks, allocates nothing managed.</summary>
internal static unsafe class CallbackList
{
    /// <summary>What an attempt to add came to.</summary>
    public enum AddResult
    {
        /// <summary>Accepted: it will run, or be removed.</summary>
        Added,

        /// <summary>The fence is signaled; the function was not called and nothing stays allocated (C11).</summary>
        AlreadySignaled,

        /// <summary>The handle's fence is gone.</summary>
        Stale,

        /// <summary>No callback node could be had.</summary>
        NoMemory,
    }

    /// <summary>Takes a node; 0 at the bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Take(ThreadCache* cache)
    {
        uint index = TryTake(cache);
        if (index == 0)
        {
            return TakeSlow(cache);
        }

        ThreadCache.Count(cache, Counter.NodesTaken);
        return index;
    }

    /// <summary>
    /// As <see cref="Take"/>, where a node is at hand and as it should be; else 0, and nothing has changed. Calls nothing; the caller counts it, where it looks
    /// whether there is one anyway.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint TryTake(ThreadCache* cache) => SlotCache.TryTakeIntact<CallbackKind>(cache->Pools, &cache->Nodes);

    /// <summary>Gives a node up that observers in sections may still see: it is reused after a grace period.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Give(ThreadCache* cache, uint index)
    {
        ThreadCache.Count(cache, Counter.NodesReleased);
        if (SlotCache.Stage(&cache->Nodes, index) >= cache->BagCapacity)
        {
            SealNodes(cache);
        }
    }

    // Not in line: the pool's address would be made each time.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SealNodes(ThreadCache* cache) => SlotCache.Seal<CallbackKind>(cache, &cache->Nodes, &cache->Pools->Nodes);

    /// <summary>Gives a node back that was never in a list.</summary>
    public static void GiveUnused(ThreadCache* cache, uint index)
    {
        CallbackNode* node = CallbackNode.At(index);
        Atomic.StoreRelease(&node->State, (node->State & ~NodeState.Mask) | NodeState.Swept);
        Give(cache, index);
    }

    /// <summary>Pushes a filled node (function, argument, kind, owner) on the fence's list. Inside a section.</summary>
    public static AddResult Push(ThreadCache* cache, FenceSlot* fence, uint generation, uint index)
    {
        CallbackNode* node = CallbackNode.At(index);
        node->Final = 0;
        Atomic.StorePlain(&node->State, (node->State & ~NodeState.Mask) | NodeState.Pending);
        AddResult result = PushFilled(fence, generation, index, node);
        if (result != AddResult.Added)
        {
            ThreadCache.Count(cache, result == AddResult.Stale ? Counter.StaleRefused : Counter.CallbacksRefused);
            GiveUnused(cache, index);
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint TakeSlow(ThreadCache* cache)
    {
        uint index = SlotCache.TakeSlowIntact<CallbackKind>(cache, &cache->Nodes, &cache->Pools->Nodes);
        if (index != 0)
        {
            ThreadCache.Count(cache, Counter.NodesTaken);
        }

        return index;
    }

    /// <summary>Pushes a node that is filled and pending.</summary>
    public static AddResult PushFilled(FenceSlot* fence, uint generation, uint index, CallbackNode* node)
    {
        if (!FenceLife.IsCurrent(fence, generation))
        {
            return AddResult.Stale;
        }

        while (true)
        {
            ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
            if (HeadWord.IsClosed(head))
            {
                return AddResult.AlreadySignaled;
            }

            if (!HeadWord.IsOf(head, generation))
            {
                return AddResult.Stale;
            }

            if (TryPush(fence, head, index, node))
            {
                return AddResult.Added;
            }
        }
    }

    /// <summary>Pushes a node that is filled and pending, if the fence's head is still the open one seen. Calls nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryPush(FenceSlot* fence, ulong head, uint index, CallbackNode* node)
    {
        uint next = HeadWord.Node(head);
        Atomic.StorePlain(ref CallbackNode.NextOf(node), next);
        Atomic.StorePlain(&node->RunNext, next == 0 ? 1 : Atomic.LoadPlain(ref CallbackNode.At(next)->RunNext) + 1);

        // [CB-PUSH] full: the node's content stands before it can be found, and the push fails if the fence closed. It is
        // also the waiter's Dekker: pushed before the close means woken by it. Pairs with [SIGNAL-CLOSE]. Without it the callback
        // is lost, or runs with a garbage function.
        return Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), HeadWord.WithNode(head, index), head) == head;
    }

    /// <summary>
    /// Removes a callback: true only if it will never run; false = it ran, is running, or is not of this fence any more.
    /// <paramref name="nodeGeneration"/> is the state word's generation part at registration. Inside a section.
    /// </summary>
    public static bool Remove(ThreadCache* cache, FenceSlot* fence, uint generation, uint index, uint nodeGeneration)
    {
        CallbackNode* node = CallbackNode.At(index);
        if (!FenceLife.IsCurrent(fence, generation))
        {
            return false;
        }

        return TryMark(node, nodeGeneration)
            && RemoveMarked(cache, fence, generation, index, nodeGeneration, Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence)));
    }

    /// <summary>Marks a node as removed; false when it is not pending in this life of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryMark(CallbackNode* node, uint nodeGeneration)
    {
        // [CB-REMOVE] full: the mark stands before we look at the head. Pairs with [SIGNAL-CLOSE] and [CB-CLAIM]. Without it the runner
        // could read the node unmarked while we still see the fence open: it would run after we answered true.
        uint pending = nodeGeneration | NodeState.Pending;
        return Atomic.CompareExchangeFull(ref node->State, nodeGeneration | NodeState.Removing, pending) == pending;
    }

    /// <summary>The rest of a removal, with the mark set and the head seen after it. Inside the same section.</summary>
    public static bool RemoveMarked(ThreadCache* cache, FenceSlot* fence, uint generation, uint index, uint nodeGeneration, ulong head)
    {
        CallbackNode* node = CallbackNode.At(index);
        if (!HeadWord.IsClosed(head))
        {
            // [CB-FINAL] release: we never touch the node again, so the sweeper may have it. Pairs with [CB-SWEEP].
            Atomic.StoreRelease(&node->Final, 1);
            if (CallbackSweep.IsDue(fence, head))
            {
                CallbackSweep.Sweep(cache, fence, generation);
            }

            return true;
        }

        // [CB-REVERT] full: the fence closed before we looked, so the runner decides: it either passed over the node (then it
        // never runs) or runs it, or has. Pairs with [CB-CLAIM]. Without the exchange both could decide.
        uint found = Atomic.CompareExchangeFull(ref node->State, nodeGeneration | NodeState.Pending, nodeGeneration | NodeState.Removing);
        return found == (nodeGeneration | NodeState.Skipped);
    }
}
