// Who waits for a value of a timeline (≥), whether the fence of that seqno exists yet or not. Native memory only: signallers come
// here, the poller too.
//
// A signal looks at one word, the smallest awaited seqno (WDDM calls it the monitored value), on the line that it has just written;
// with nobody waiting, or nobody for so little, that is all: no fence instruction, no system call. The rare side pays:
//
//   signaller in turn                         whoever lowers the awaited seqno
//   Completed = n          (store)            Awaited = m
//   …no fence…                                process-wide barrier
//   look at Awaited        (load)             look at Completed
//
// If the store comes first, the waiter's side sees the value; if not, the signaller's load comes after the barrier and sees m.
// Raising needs no barrier: whoever is still in the list is at or above the new value.
//
// One thread at a time works through the list, by a try-flag that nobody waits for: whoever finds it taken leaves his request (a node
// on the stack, the moved Completed, the sweep mark), and the one inside looks again after it has given up the flag.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Waiters for values. Inside a section that saw the timeline alive, or online. Never blocks.</summary>
internal static unsafe class TimelineWaiters
{
    /// <summary>The timeline has come to a value. Signallers, after the turn has moved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Passed(ThreadCache* cache, TimelineBlock* timeline, ulong completed)
    {
        if (AnyUpTo(timeline, completed))
        {
            Process(cache, timeline);
        }
    }

    /// <summary>Does anybody wait for this value or a smaller one?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyUpTo(TimelineBlock* timeline, ulong completed) =>

        // [VALUE-LOOK] acquire: looked at after Completed has moved; the one who lowers the word issues the process-wide
        // barrier that makes this a Dekker without a fence here. Pairs with [VALUE-AWAIT]. One comparison: 0, nobody, wraps.
        Atomic.LoadAcquire(&timeline->Awaited) - 1 < completed;

    /// <summary>Registers a filled node (kind, function, argument).</summary>
    public static void Add(ThreadCache* cache, TimelineBlock* timeline, uint index)
    {
        CallbackNode* node = CallbackNode.At(index);
        node->Final = 0;
        Atomic.StorePlain(&node->State, (node->State & ~NodeState.Mask) | NodeState.Pending);
        TaggedStack.Push(ref timeline->WaiterStack, index, Reservation.NodeBase, Reservation.NodeBytes);
        Process(cache, timeline);
    }

    /// <summary>
    /// One of two gets the node: the waiter that leaves, or the signaller that wakes it. True for the first.
    /// </summary>
    public static bool TryClaim(CallbackNode* node, uint generation, uint state)
    {
        uint pending = generation | NodeState.Pending;
        if (Atomic.LoadAcquire(&node->State) != pending)
        {
            return false; // an old registration: its node may be in memory that was given back, which a failed exchange would touch
        }

        // [VALUE-CLAIM] full: in a collision of waking and leaving one of them succeeds, and sees what the other did before. Pairs with
        // [VALUE-CLAIM]. Without it a waiter that timed out could be counted as woken, or its node be given up twice.
        return Atomic.CompareExchangeFull(ref node->State, generation | state, pending) == pending;
    }

    /// <summary>Does nobody wait?</summary>
    public static bool IsEmpty(TimelineBlock* timeline) =>
        (uint)Atomic.LoadAcquire(&timeline->WaiterStack) == 0 && Atomic.LoadAcquire(&timeline->Awaited) == 0
        && Atomic.LoadAcquire(&timeline->WaiterFlag) == 0;

    /// <summary>Wakes whoever is due, takes in who is new, lets go who has left. One thread at a time; the others leave.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Process(ThreadCache* cache, TimelineBlock* timeline)
    {
        // [VALUE-REQUEST] full: what we came for stands before the look at the flag. Pairs with [VALUE-LEAVE]. Without it we find the flag
        // taken by one who has looked for the last time, and nobody comes.
        Atomic.FenceFull();
        while (HasWork(timeline) && Atomic.CompareExchangeFull(ref timeline->WaiterFlag, 1, 0) == 0)
        {
            TakeIn(timeline);
            LetGo(cache, timeline);
            Publish(timeline);
            WakeDue(cache, timeline);
            Publish(timeline);

            // [VALUE-LEAVE] full: the flag is given up before the last look. Pairs with [VALUE-REQUEST]. Without it a request left
            // between our last look and the store would wait for the next signal.
            Atomic.ExchangeFull(ref timeline->WaiterFlag, 0);
        }
    }

    private static bool HasWork(TimelineBlock* timeline)
    {
        ulong awaited = Atomic.LoadAcquire(&timeline->Awaited);
        return (uint)Atomic.LoadAcquire(&timeline->WaiterStack) != 0
            || Atomic.LoadAcquire(&timeline->WaiterSweep) != 0
            || (awaited != 0 && IsDue(timeline, awaited));
    }

    // No fence will come any more: whoever still waits is told so.
    private static bool IsOver(TimelineBlock* timeline) => Atomic.LoadAcquire(&timeline->Closed) != 0
        && Atomic.LoadAcquire(&timeline->Completed) == Atomic.LoadAcquire(&timeline->LastSeqno);

    private static bool IsDue(TimelineBlock* timeline, ulong seqno) =>
        seqno <= Atomic.LoadAcquire(&timeline->Completed) || IsOver(timeline);

    // Sorted insertion; a rising or falling order costs one step each or the length of the list.
    private static void TakeIn(TimelineBlock* timeline)
    {
        for (uint i = TaggedStack.Pop(ref timeline->WaiterStack, Reservation.NodeBase, Reservation.NodeBytes); i != 0;
            i = TaggedStack.Pop(ref timeline->WaiterStack, Reservation.NodeBase, Reservation.NodeBytes))
        {
            CallbackNode* node = CallbackNode.At(i);
            uint* link = &timeline->WaiterSorted;
            while (*link != 0 && (ulong)CallbackNode.At(*link)->Function < (ulong)node->Function)
            {
                link = &CallbackNode.At(*link)->Next;
            }

            Atomic.StorePlain(&node->Next, *link);
            *link = i;
        }
    }

    private static void LetGo(ThreadCache* cache, TimelineBlock* timeline)
    {
        if (Atomic.LoadAcquire(&timeline->WaiterSweep) == 0)
        {
            return;
        }

        // Taken back before the walk: who leaves from now on asks again.
        Atomic.ExchangeFull(ref timeline->WaiterSweep, 0);
        uint* link = &timeline->WaiterSorted;
        while (*link != 0)
        {
            uint index = *link;
            CallbackNode* node = CallbackNode.At(index);
            if ((Atomic.LoadAcquire(&node->State) & NodeState.Mask) != NodeState.Removing)
            {
                link = &node->Next;
                continue;
            }

            *link = node->Next;
            CallbackList.Give(cache, index);
        }
    }

    private static void Publish(TimelineBlock* timeline)
    {
        uint first = timeline->WaiterSorted;
        ulong seqno = first == 0 ? 0 : (ulong)CallbackNode.At(first)->Function;
        ulong awaited = Atomic.LoadPlain(&timeline->Awaited);
        if (seqno == awaited)
        {
            return;
        }

        Atomic.StoreRelease(&timeline->Awaited, seqno);
        if (seqno != 0 && (awaited == 0 || seqno < awaited))
        {
            // [VALUE-AWAIT] process-wide: see the head of this file; the look at Completed comes after it. Pairs with [VALUE-LOOK] and
            // [TURN-MOVE]. Without it signaller and waiter may miss each other, and the waiter sleeps to its safety poll or for ever.
            ProcessBarrier.Issue();
        }
    }

    private static void WakeDue(ThreadCache* cache, TimelineBlock* timeline)
    {
        while (timeline->WaiterSorted != 0)
        {
            uint index = timeline->WaiterSorted;
            CallbackNode* node = CallbackNode.At(index);
            ulong seqno = (ulong)node->Function;
            if (!IsDue(timeline, seqno))
            {
                return;
            }

            timeline->WaiterSorted = node->Next;
            node->Final = (byte)(seqno <= Atomic.LoadAcquire(&timeline->Completed) ? 0 : 1);
            if (!TryClaim(node, Atomic.LoadAcquire(&node->State) & ~NodeState.Mask, NodeState.Done))
            {
                CallbackList.Give(cache, index); // it has left
            }
            else if ((NodeKind)node->Kind == NodeKind.ValueWaiter)
            {
                CallbackRun.Wake(cache, index, node);
            }
            else
            {
                node->Function = (nint)cache->Pools;
                AwaitHub.Push((AwaitHub*)((EngineBlock*)cache->Pools)->Hub, index);
            }
        }
    }
}
