// One thread that waits for several fences: each fence has a node of its own, all nodes lead to one group with one futex word.
// Native memory only: the signaller's half runs on the poller.
//
// The group is counted, not owned: a node that its waiter could remove never leads here again, the others are the runner's, whose
// last touch is the count. So the waiter leaves without waiting for a signaller that is still on its way, and the last one out frees.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>The meeting point of a waiter and the signallers of its fences; a block of the block region.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct WaitGroup
{
    /// <summary>A <see cref="WaiterWord"/>.</summary>
    [FieldOffset(0)]
    public uint Word;

    /// <summary>Signals that are still needed; below zero afterwards.</summary>
    [FieldOffset(4)]
    public uint Needed;

    /// <summary>Which fence brought the count to zero; valid once the word says signaled.</summary>
    [FieldOffset(8)]
    public uint Winner;

    /// <summary>The waiter and every node that may still lead here.</summary>
    [FieldOffset(12)]
    public uint References;

    /// <summary>A group for so many nodes of which so many must signal; null at the reservation's bound.</summary>
    public static WaitGroup* TryCreate(uint needed, uint nodes)
    {
        WaitGroup* group = (WaitGroup*)BlockHeap.TryAllocate(sizeof(WaitGroup));
        if (group != null)
        {
            // Plain: the push of each node publishes them.
            Atomic.StorePlain(ref group->Needed, needed);
            Atomic.StorePlain(ref group->References, nodes + 1);
        }

        return group;
    }

    /// <summary>Counts a fence that needs no node because it had signaled before; true when it was the last one needed.</summary>
    public static bool CountDone(WaitGroup* group) => Atomic.AddFull(ref group->Needed, uint.MaxValue) == 0;

    /// <summary>A fence of the group has closed. The signaller, whose node leads here; it must not touch the group afterwards.</summary>
    public static void Signaled(ThreadCache* cache, WaitGroup* group, uint which)
    {
        // [GROUP-COUNT] full: each signaller's close stands before its count, and exactly one count reaches zero. Pairs with [GROUP-WAKE].
        // Without it two signallers that are the last at once would both leave the wake to the other.
        if (Atomic.AddFull(ref group->Needed, uint.MaxValue) == 0)
        {
            Atomic.StorePlain(ref group->Winner, which);

            if (WaiterWord.IsLost(cache))
            {
                Leave(group, 1);
                return;
            }

            // [GROUP-WAKE] full: the winner stands before the word says so, and the sleeper's state is taken with it. Without it a
            // waiter that is about to sleep is missed, or reads no winner. Pairs with [WAITER-PARK] and [GROUP-COUNT].
            if (Atomic.ExchangeFull(ref group->Word, WaiterWord.Signaled) == WaiterWord.Asleep)
            {
                ThreadCache.Count(cache, Counter.WakeCalls);
                Futex.Wake(&group->Word, 1);
            }
            else
            {
                ThreadCache.Count(cache, Counter.WakeCallsSaved);
            }
        }

        Leave(group, 1);
    }

    /// <summary>Gives up so many references; the last one frees the group.</summary>
    public static void Leave(WaitGroup* group, uint references)
    {
        // [GROUP-LEAVE] full: what each of us did with the group stands before the count falls. Pairs with [GROUP-LEAVE]. Without it the
        // block could be another one's while a signaller still wakes through it.
        if (Atomic.AddFull(ref group->References, 0 - references) == 0)
        {
            BlockHeap.Free(group, sizeof(WaitGroup));
        }
    }
}
