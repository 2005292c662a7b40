// From the list of a fence that has just closed to its callbacks having run. Three steps: the walk, inside a section, claims
// nodes and puts them in order; the run list, on the thread, makes signals inside callbacks an iteration (C12); the run
// itself is outside any section and ends with the done bits.
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Claiming and ordering of callbacks. The thread that closed the fence.</summary>
internal static unsafe class CallbackRun
{
    private ref struct Chain
    {
        public uint First;
        public CallbackNode* Last;
        public uint LastIndex;
    }

    /// <summary>
    /// Walks the list of the fence just closed: wakes its waiters, orders its callbacks oldest first, and puts them on this
    /// thread's run list, or on the dispatcher's queue: managed ones of a poller (decision 8), and all when the signaller sits
    /// in an access section of its own (C12: callbacks run outside). Takes a reference for them if <paramref name="keep"/> is
    /// the fence's generation, not 0. Inside a section.
    /// </summary>
    public static void Collect(ThreadCache* cache, uint index, FenceSlot* fence, ulong before, bool onPoller, uint keep)
    {
        Chain native = default;
        Chain managed = default;
        bool defer = !onPoller && cache->SignalNested != 0;
        for (uint i = HeadWord.Node(before); i != 0;)
        {
            CallbackNode* node = CallbackNode.At(i);
            uint next = Atomic.LoadAcquire(ref node->Next);
            if (Claim(cache, i, node))
            {
                if ((NodeKind)node->Kind == NodeKind.Waiter)
                {
                    Wake(cache, i, node);
                }
                else if ((NodeKind)node->Kind == NodeKind.GroupWaiter)
                {
                    WaitGroup* group = (WaitGroup*)node->Function;
                    uint which = (uint)node->Argument;
                    CallbackList.Give(cache, i);
                    WaitGroup.Signaled(cache, group, which);
                }
                else if ((NodeKind)node->Kind == NodeKind.Poller)
                {
                    uint* asleep = (uint*)node->Argument;
                    cache->Counters.Increment(Counter.CallbacksRun); // it was added as one
                    CallbackList.Give(cache, i);
                    WakePoller(asleep);
                }
                else if (defer || (onPoller && (NodeKind)node->Kind != NodeKind.Native))
                {
                    Prepend(ref managed, i, node);
                }
                else
                {
                    Prepend(ref native, i, node);
                }
            }

            i = next;
        }

        if (keep != 0 && (native.First | managed.First) != 0 && FenceLife.TryAcquire(fence, keep))
        {
            Atomic.OrFull(ref fence->Flags, FenceFlags.RunReference);
        }

        if (native.First != 0)
        {
            // Nobody but us writes a closed word until it is quiesced. A managed group behind the native one is queued when the
            // native one has run.
            Enqueue(cache, index, fence, ref native, managed.First == 0 ? 0 : managed.First, managed.Last);
        }
        else if (managed.First != 0)
        {
            HandOver(cache, index, fence, managed.First, managed.Last);
        }
        else
        {
            Finish(fence);
        }
    }

    private static bool Claim(ThreadCache* cache, uint index, CallbackNode* node)
    {
        while (true)
        {
            // [CB-CLAIM] acquire, then a plain store: a node read as pending is ours, since its remover (if one comes now) will
            // see the fence closed and ask. Pairs with [CB-REMOVE] and [CB-REVERT]. Only a marked node costs an exchange.
            uint state = Atomic.LoadAcquire(ref node->State);
            uint life = state & ~NodeState.Mask;
            switch (state & NodeState.Mask)
            {
                case NodeState.Pending:
                    Atomic.StoreRelease(ref node->State, life | NodeState.Done);
                    return true;
                case NodeState.Removing:
                    if (Atomic.CompareExchangeFull(ref node->State, life | NodeState.Skipped, state) == state)
                    {
                        CallbackList.Give(cache, index);
                        return false;
                    }

                    continue;
                default:
                    return false; // the sweeper's
            }
        }
    }

    private static void Prepend(ref Chain chain, uint index, CallbackNode* node)
    {
        Atomic.StorePlain(ref node->RunNext, chain.First);
        if (chain.First == 0)
        {
            node->Kind |= CallbackNode.LastBit;
            chain.Last = node;
            chain.LastIndex = index;
        }

        chain.First = index;
    }

    /// <summary>Wakes a waiter. Its node is freed by the waiter, unless it has given up waiting.</summary>
    public static void Wake(ThreadCache* cache, uint index, CallbackNode* node)
    {
        uint* word = (uint*)&node->Argument;
        if (cache->Pools->LoseWake != 0 && Atomic.AddFull(ref cache->Pools->LoseWake, uint.MaxValue) == 0)
        {
            return; // fault injection: this waiter is forgotten, and its node with it
        }

        // [WAITER-WAKE] full: the close stands before the wake, and the state of the sleeper is taken with it. Pairs with [WAITER-PARK].
        // Without it a waiter that is about to sleep is missed.
        uint was = Atomic.ExchangeFull(ref *word, WaiterWord.Signaled);
        if (was == WaiterWord.Asleep)
        {
            cache->Counters.Increment(Counter.WakeCalls);
            Futex.Wake(word, 1);
        }
        else if (was == WaiterWord.Abandoned)
        {
            CallbackList.Give(cache, index);
        }
        else
        {
            cache->Counters.Increment(Counter.WakeCallsSaved);
        }
    }

    // The close was a full exchange and stands before this look; the poller announces its sleep and then looks at the fence.
    private static void WakePoller(uint* asleep)
    {
        if (Atomic.LoadAcquire(ref *asleep) != 0 && Atomic.ExchangeFull(ref *asleep, 0) != 0)
        {
            Futex.Wake(asleep, 1);
        }
    }

    private static void Enqueue(ThreadCache* cache, uint index, FenceSlot* fence, ref Chain chain, uint managedFirst, CallbackNode* managedLast)
    {
        if (managedFirst != 0)
        {
            // The two chains become one: the managed nodes run on whoever runs the native ones' end (see RunAll).
            chain.Last->Kind &= unchecked((byte)~CallbackNode.LastBit);
            Atomic.StorePlain(ref chain.Last->RunNext, managedFirst);
            chain.Last = managedLast;
            chain.LastIndex = (uint)((nuint)((byte*)managedLast - Reservation.NodeBase) / Reservation.NodeBytes);
        }

        Atomic.StorePlain(ref fence->Link, chain.First);
        if (cache->RunHead == 0)
        {
            cache->RunHead = index;
        }
        else
        {
            Atomic.StorePlain(ref CallbackNode.At(cache->RunTail)->RunNext, index);
        }

        cache->RunTail = chain.LastIndex;
    }

    /// <summary>
    /// Gives a fence's remaining callbacks to the dispatcher. A poller's reference goes with them; without one, the fence's
    /// last reference may go meanwhile (its slot then waits for the done bits: late slots).
    /// </summary>
    public static void HandOver(ThreadCache* cache, uint index, FenceSlot* fence, uint first, CallbackNode* last)
    {
        EngineBlock* engine = (EngineBlock*)cache->Pools;
        if ((Atomic.LoadPlain(ref fence->Flags) & FenceFlags.OnRing) != 0)
        {
            Atomic.OrFull(ref fence->Flags, FenceFlags.RunReference);
        }

        Atomic.StorePlain(ref fence->Link, first);
        DispatchQueue.Push(&engine->Dispatch, index, last);
    }

    /// <summary>All callbacks of the fence have returned. Its runner's last touch of the slot.</summary>
    public static void Finish(FenceSlot* fence) =>

        // [QUIESCE-SET] release: the callbacks' effects stand before the bit. Pairs with [LATE-CHECK] and [IS-QUIESCED]. Without it an
        // observer that frees what a callback used could free it too early (fault 5).
        Atomic.StoreRelease(ref fence->Head, Atomic.LoadPlain(ref fence->Head) | HeadWord.Quiesced);

    /// <summary>The handle that the fence had when it was signaled, also if its last reference has gone since.</summary>
    public static ulong HandleOf(FenceSlot* fence, uint index)
    {
        ulong word = Atomic.LoadAcquire(ref fence->RefGen);
        uint generation = (uint)(word >> 32);
        return ((ulong)((uint)word == 0 ? (generation == 1 ? uint.MaxValue : generation - 1) : generation) << 32) | index;
    }
}
