using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Memory;

/// <summary>
/// The memory side of one engine: its two slot pools, its empty bags and its quotas. It is the first field of the engine's
/// native block, so a pointer to one is a pointer to the other.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PoolSet
{
    /// <summary>Number of the engine in this process, never reused; 0 after disposal.</summary>
    public ulong Serial;

    /// <summary>Indices a bag takes before it is sealed (smaller under test).</summary>
    public uint BagCapacity;

    /// <summary>Sealed bags of one thread before it asks for a grace period by itself.</summary>
    public uint AdvanceThreshold;

    /// <summary>Most slots that may wait on limbo lists before creation is refused (C18).</summary>
    public ulong LimboBound;

    /// <summary>1: fill reclaimed slots with a pattern and check it at reuse.</summary>
    public uint Poison;

    /// <summary>Fault injection for tests: the n-th refill of a magazine from now finds nothing; 0 is off.</summary>
    public uint FailAfter;

    /// <summary>Fault injection for tests: the n-th empty bag from now cannot be had; 0 is off.</summary>
    public uint FailBagAfter;

    /// <summary>Fault injection for tests: the n-th waiter from now is not woken; 0 is off.</summary>
    public uint LoseWake;

    /// <summary>Threads parked on a node of this engine; teardown waits for them to leave.</summary>
    public uint Parked;

    /// <summary>1 = records are written with the published clock, 2 = with a precise one; 0 = none are.</summary>
    public uint Recording;

    /// <summary>The flight recorder's memory; 0 while nothing is recorded. Under the registry's lock.</summary>
    public nint Recorder;

    /// <summary>Empty bags (tagged stack).</summary>
    public ulong EmptyBags;

    /// <summary>Slots in sealed bags; adjusted a bag at a time.</summary>
    public ulong LimboSlots;

    /// <summary>First thread cache of the engine.</summary>
    public nint Caches;

    /// <summary>Counters of caches whose threads have gone.</summary>
    public CounterCells Adopted;

    /// <summary>Fence slots.</summary>
    public SlotPool Fences;

    /// <summary>Callback nodes.</summary>
    public SlotPool Nodes;

    /// <summary>An empty bag, or null at the reservation's bound.</summary>
    public static Bag* TakeEmptyBag(PoolSet* pools)
    {
        if (pools->FailBagAfter != 0 && Atomic.AddFull(ref pools->FailBagAfter, uint.MaxValue) == 0)
        {
            return null;
        }

        uint reference = TaggedStack.Pop(ref pools->EmptyBags, Reservation.BlockBase, 64);
        Bag* bag = reference != 0 ? Bag.At(reference) : (Bag*)BlockHeap.TryAllocate(Bag.Bytes);
        if (bag != null)
        {
            Atomic.StorePlain(ref bag->Count, 0);
            bag->Start = 0;

            // [STAGE-LIFE] release: a new life of the bag; a reclaimer that looked at the former one is refused by the number, and one
            // that sees this number sees the count begin at 0. Pairs with [STAGE-STEAL]. Without it the former life's indices would be
            // taken once more.
            Atomic.StoreRelease(ref bag->Claim, ((Atomic.LoadPlain(ref bag->Claim) >> 32) + 1) << 32);
        }

        return bag;
    }

    /// <summary>Keeps an empty bag for whoever needs one.</summary>
    public static void GiveEmptyBag(PoolSet* pools, Bag* bag) =>
        TaggedStack.Push(ref pools->EmptyBags, BlockHeap.ReferenceOf(bag), Reservation.BlockBase, 64);

    /// <summary>Frees every bag that no thread cache holds. Teardown only.</summary>
    public static void FreeBags(PoolSet* pools)
    {
        FreeStack(ref pools->EmptyBags);
        FreeStack(ref pools->Fences.FullBags);
        FreeStack(ref pools->Fences.Overflow);
        FreeStack(ref pools->Nodes.FullBags);
        FreeStack(ref pools->Nodes.Overflow);
    }

    private static void FreeStack(ref ulong stack)
    {
        for (uint bag = TaggedStack.Pop(ref stack, Reservation.BlockBase, 64); bag != 0;
            bag = TaggedStack.Pop(ref stack, Reservation.BlockBase, 64))
        {
            BlockHeap.Free(Bag.At(bag), Bag.Bytes);
        }
    }
}
