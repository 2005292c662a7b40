using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>One fence of a waiting group.</summary>
internal unsafe struct Seat
{
    /// <summary>The fence's engine, which counts us as parked; null: no node.</summary>
    public PoolSet* Pools;

    /// <summary>The node.</summary>
    public uint Node;

    /// <summary>Its generation.</summary>
    public uint Generation;

    /// <summary>We hold a reference on the fence.</summary>
    public bool IsHeld;
}

/// <summary>What registering came to.</summary>
internal enum SeatingOutcome
{
    /// <summary>The group waits.</summary>
    Waiting,

    /// <summary>Enough had signaled meanwhile.</summary>
    Met,

    /// <summary>No node could be had.</summary>
    NoMemory,
}

/// <summary>Registering a group with its fences, one by one, and taking that back.</summary>
internal unsafe ref struct Seating
{
    /// <summary>What it came to.</summary>
    public SeatingOutcome Outcome;

    /// <summary>Fences come by; those behind have no seat.</summary>
    public int Count;

    /// <summary>The thread's cache of the first pending fence's engine, which counts this wait.</summary>
    public ThreadCache* Cache;

    /// <summary>Registers the group with each fence until enough have signaled.</summary>
    public static Seating Take(ReadOnlySpan<Fence> fences, Seat* seats, WaitGroup* group)
    {
        Seating seating = default;
        for (; seating.Count < fences.Length && seating.Outcome == SeatingOutcome.Waiting; seating.Count++)
        {
            Section.Enter();
            CallbackList.AddResult added = TakeOne(ref seating, fences[seating.Count], &seats[seating.Count], group);
            Section.Exit();
            if (added == CallbackList.AddResult.NoMemory)
            {
                seating.Outcome = SeatingOutcome.NoMemory;
            }
            else if (added != CallbackList.AddResult.Added && WaitGroup.CountDone(group))
            {
                seating.Outcome = SeatingOutcome.Met;
            }
        }

        return seating;
    }

    /// <summary>Takes the nodes back that are still ours, and leaves the group.</summary>
    public static void Leave(ReadOnlySpan<Fence> fences, Seat* seats, int count, WaitGroup* group)
    {
        uint ours = 1 + (uint)(fences.Length - count);
        for (int i = 0; i < count; i++)
        {
            if (seats[i].Pools == null)
            {
                ours++;
                continue;
            }

            Section.Enter();
            ThreadCache* cache = Registry.CacheOf(seats[i].Pools);
            bool removed = cache != null
                && CallbackList.Remove(cache, fences[i].Slot, fences[i].Generation, seats[i].Node, seats[i].Generation);
            Section.Exit();
            ours += removed ? 1u : 0;
            Atomic.AddFull(ref seats[i].Pools->Parked, uint.MaxValue);
        }

        WaitGroup.Leave(group, ours);
    }

    // Inside a section. A fence that is gone is signaled; the stub has no engine and is, too.
    private static CallbackList.AddResult TakeOne(ref Seating seating, Fence fence, Seat* seat, WaitGroup* group)
    {
        ThreadCache* cache = References.CacheOf(fence.Slot, fence.Generation);
        if (cache == null)
        {
            return fence.IsSignaled ? CallbackList.AddResult.Stale : CallbackList.AddResult.NoMemory;
        }

        if (seating.Cache == null)
        {
            seating.Cache = cache;
            ThreadCache.Count(cache, Counter.Waits);
        }

        uint index = fence.IsSignaled ? 0 : CallbackList.Take(cache);
        if (index == 0)
        {
            return fence.IsSignaled ? CallbackList.AddResult.AlreadySignaled : CallbackList.AddResult.NoMemory;
        }

        CallbackNode* node = CallbackNode.At(index);
        node->Function = (nint)group;
        node->Argument = seating.Count;
        node->Kind = (byte)NodeKind.GroupWaiter;
        node->Owner = 0;
        uint generation = node->State & ~NodeState.Mask;
        CallbackList.AddResult added = CallbackList.Push(cache, fence.Slot, fence.Generation, index);
        if (added == CallbackList.AddResult.Added)
        {
            // Counted inside the section: a teardown that signals our fence waits until we have left the nodes' memory.
            Atomic.AddFull(ref cache->Pools->Parked, 1);
            *seat = new Seat { Pools = cache->Pools, Node = index, Generation = generation, IsHeld = seat->IsHeld };
        }

        return added;
    }
}
