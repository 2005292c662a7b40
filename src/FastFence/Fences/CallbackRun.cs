// From the list of a fence that has just closed to its callbacks having run. Three steps: the walk, inside a section, claims
// nodes and puts them in order; the run list, on the thread, makes signals inside callbacks an iteration (C12); the run
// itself is outside any section and ends with the done bits. Awaits go their own way, ahead of all that (fault 38).
using System.Runtime.CompilerServices;
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
    /// Walks the list of the fence just closed: wakes its waiters, sets its awaits apart, orders its callbacks oldest first, and
    /// puts them where they run. A signaller runs them itself, when it has the turn of its timeline (<see cref="CallbackTurn"/>); a
    /// poller the native ones alone (decision 8). The others wait for the dispatcher or executor: a poller's managed ones, those of
    /// a timeline that asks for it, those of a fence of which one must run apart, and all when the signaller sits in an access section of its own (C12: callbacks run outside) or
    /// runs handed-over ones. Callbacks that run <paramref name="later"/> than the signal returns keep their fence, since the closer
    /// may hold its last reference. Inside a section; the caller holds the timeline's signalling turn.
    /// </summary>
    public static void Collect(ThreadCache* cache, uint index, FenceSlot* fence, ulong before, bool onPoller, uint generation, bool later) =>
        CollectBehind(cache, index, fence, HeadWord.Node(before), 0, 0, onPoller, generation, later);

    /// <summary>
    /// As the other, from a node on: those before it, newest first, are claimed and linked already, from <paramref name="first"/>, the oldest of them, to
    /// <paramref name="lastIndex"/>.
    /// </summary>
    public static void CollectBehind(
        ThreadCache* cache, uint index, FenceSlot* fence, uint from, uint first, uint lastIndex, bool onPoller, uint generation, bool later)
    {
        Chain here = default;
        Chain awaits = default;
        bool apart = false;

        // The chain of the plain ones, in locals: the others are rare, or of a poller.
        CallbackNode* last = null;
        if (first != 0)
        {
            last = CallbackNode.At(lastIndex);
            last->Kind |= CallbackNode.LastBit;
        }

        for (uint i = from; i != 0;)
        {
            CallbackNode* node = CallbackNode.At(i);
            uint next = Atomic.LoadAcquire(&node->Next);
            if (Claim(cache, i, node))
            {
                switch ((NodeKind)node->Kind)
                {
                    case NodeKind.Waiter:
                        Wake(cache, i, node);
                        break;
                    case NodeKind.GroupWaiter:
                        WaitGroup* group = (WaitGroup*)node->Function;
                        uint which = (uint)node->Argument;
                        CallbackList.Give(cache, i);
                        WaitGroup.Signaled(cache, group, which);
                        break;
                    case NodeKind.Poller:
                        uint* asleep = (uint*)node->Argument;
                        ThreadCache.Count(cache, Counter.CallbacksRun); // it was added as one
                        CallbackList.Give(cache, i);
                        WakePoller(asleep);
                        break;
                    case NodeKind.Await:
                        Append(ref awaits, i, node);
                        break;
                    case NodeKind.Native when onPoller:
                        Prepend(ref here, i, node);
                        break;
                    default:
                        apart |= (NodeKind)node->Kind == NodeKind.Dispatched;
                        Atomic.StorePlain(&node->RunNext, first);
                        if (first == 0)
                        {
                            node->Kind |= CallbackNode.LastBit;
                            last = node;
                            lastIndex = i;
                        }

                        first = i;
                        break;
                }
            }

            i = next;
        }

        if (awaits.First != 0)
        {
            Complete(cache, ref awaits, onPoller || cache->SignalNested != 0);
        }

        Chain away = new() { First = first, Last = last, LastIndex = lastIndex };
        if (onPoller)
        {
            Place(cache, index, fence, ref here, ref away);
        }
        else if (first == 0)
        {
            Finish((EngineBlock*)cache->Pools, fence);
        }
        else
        {
            PlaceOrHandOver(cache, index, fence, ref away, generation, later, apart);
        }
    }

    private static void Place(ThreadCache* cache, uint index, FenceSlot* fence, ref Chain native, ref Chain managed)
    {
        if (native.First != 0)
        {
            // Nobody but us writes a closed word until it is quiesced. A managed group behind the native one is handed over when
            // the native one has run.
            Enqueue(cache, index, fence, ref native, managed.First, managed.Last);
        }
        else if (managed.First != 0)
        {
            HandOver(index, fence, managed.First, managed.Last);
        }
        else
        {
            Finish((EngineBlock*)cache->Pools, fence);
        }
    }

    private static void PlaceOrHandOver(ThreadCache* cache, uint index, FenceSlot* fence, ref Chain chain, uint generation, bool later, bool apart)
    {
        TimelineBlock* timeline = fence->Timeline;
        bool here = !apart && cache->SignalNested == 0 && cache->Running != ThreadCache.HandedOver
            && (timeline->Flags & TimelineFlags.HandsOver) == 0 && CallbackTurn.TryTake(cache, timeline);
        if ((later || !here) && FenceLife.TryAcquire(fence, generation))
        {
            Atomic.OrFull(ref fence->Flags, FenceFlags.RunReference);
        }

        if (here)
        {
            Enqueue(cache, index, fence, ref chain, 0, null);
        }
        else
        {
            HandOver(index, fence, chain.First, chain.Last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Claim(ThreadCache* cache, uint index, CallbackNode* node)
    {
        // [CB-CLAIM] acquire, then a plain store: a node read as pending is ours, since its remover (if one comes now) will
        // see the fence closed and ask. Pairs with [CB-REMOVE] and [CB-REVERT]. Only a marked node costs an exchange.
        uint state = Atomic.LoadAcquire(&node->State);
        if ((state & NodeState.Mask) != NodeState.Pending)
        {
            return ClaimMarked(cache, index, node);
        }

        Atomic.StoreRelease(&node->State, state + (NodeState.Done - NodeState.Pending));
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool ClaimMarked(ThreadCache* cache, uint index, CallbackNode* node)
    {
        while (true)
        {
            uint state = Atomic.LoadAcquire(&node->State); // [CB-CLAIM]
            uint life = state & ~NodeState.Mask;
            switch (state & NodeState.Mask)
            {
                case NodeState.Pending:
                    Atomic.StoreRelease(&node->State, life | NodeState.Done);
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
        Atomic.StorePlain(&node->RunNext, chain.First);
        if (chain.First == 0)
        {
            node->Kind |= CallbackNode.LastBit;
            chain.Last = node;
            chain.LastIndex = index;
        }

        chain.First = index;
    }

    // Newest first, as the stacks that awaits go on.
    private static void Append(ref Chain chain, uint index, CallbackNode* node)
    {
        if (chain.First == 0)
        {
            chain.First = index;
        }
        else
        {
            Atomic.StorePlain(ref chain.Last->RunNext, index);
        }

        chain.Last = node;
    }

    // A managed thread tells its awaits itself when its section has ended, ahead of callbacks; the others leave them to one that
    // runs no callbacks.
    private static void Complete(ThreadCache* cache, ref Chain awaits, bool elsewhere)
    {
        if (elsewhere)
        {
            DispatchQueue.PushAwaits(&((EngineBlock*)cache->Pools)->Forward, awaits.First, awaits.Last);
            return;
        }

        Atomic.StorePlain(ref awaits.Last->RunNext, cache->AwaitHead);
        cache->AwaitHead = awaits.First;
    }

    /// <summary>Wakes a waiter. Its node is freed by the waiter, unless it has given up waiting.</summary>
    public static void Wake(ThreadCache* cache, uint index, CallbackNode* node)
    {
        uint* word = (uint*)&node->Argument;
        if (WaiterWord.IsLost(cache))
        {
            return; // this waiter is forgotten, and its node with it
        }

        // [WAITER-WAKE] full: the close stands before the wake, and the state of the sleeper is taken with it. Pairs with [WAITER-PARK].
        // Without it a waiter that is about to sleep is missed.
        uint was = Atomic.ExchangeFull(ref *word, WaiterWord.Signaled);
        if (was == WaiterWord.Asleep)
        {
            ThreadCache.Count(cache, Counter.WakeCalls);
            Futex.Wake(word, 1);
        }
        else if (was == WaiterWord.Abandoned)
        {
            CallbackList.Give(cache, index);
        }
        else
        {
            ThreadCache.Count(cache, Counter.WakeCallsSaved);
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

        Atomic.StorePlain(&fence->Link, chain.First);
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
    /// Gives a fence's remaining callbacks to the dispatcher, or to the timeline's executor, behind those of the fences before it. A
    /// poller's reference goes with them.
    /// </summary>
    public static void HandOver(uint index, FenceSlot* fence, uint first, CallbackNode* last)
    {
        TimelineBlock* timeline = fence->Timeline;
        if ((Atomic.LoadPlain(&fence->Flags) & FenceFlags.OnRing) != 0)
        {
            Atomic.OrFull(ref fence->Flags, FenceFlags.RunReference);
        }

        Atomic.StorePlain(&fence->Link, first);
        if (CallbackTurn.Queue(timeline, index, last))
        {
            CallbackTurn.PassOn(timeline);
        }
    }

    /// <summary>All callbacks of the fence have returned. Inside a section: its runner's last touch of the slot.</summary>
    public static void Finish(EngineBlock* engine, FenceSlot* fence)
    {
        // [QUIESCE-SET] release: the callbacks' effects stand before the bit. Pairs with [LATE-CHECK] and [IS-QUIESCED]. Without it an
        // observer that frees what a callback used could free it too early (fault 5).
        Atomic.StoreRelease(ref FenceSlot.HeadOf(fence), Atomic.LoadPlain(ref FenceSlot.HeadOf(fence)) | HeadWord.Quiesced);
        QuiesceWord.TellIfMarked(engine, fence);
    }

    /// <summary>The handle that the fence had when it was signaled, also if its last reference has gone since.</summary>
    public static ulong HandleOf(FenceSlot* fence, uint index)
    {
        ulong word = Atomic.LoadAcquire(&fence->RefGen);
        uint generation = (uint)(word >> 32);
        return ((ulong)((uint)word == 0 ? (generation == 1 ? uint.MaxValue : generation - 1) : generation) << 32) | index;
    }
}
