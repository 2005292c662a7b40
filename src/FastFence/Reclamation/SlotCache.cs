// One thread's magazines of one slot kind: slots are taken from `Loaded`, given up into `Staging`, sealed into `Limbo`, and
// come back as a whole bag once their grace period is over. The hot path is two loads and two stores each way.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Reclamation;

/// <summary>Taking and deferring slots. Owning thread only, except <see cref="LimboRing.TryTake"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SlotCache
{
    /// <summary>Magazine to take from; never null.</summary>
    public Bag* Loaded;

    /// <summary>Bag being filled with deferred slots; never null. Read by the reclaimer when the thread is idle.</summary>
    public nint Staging;

    /// <summary>Sealed bags.</summary>
    public LimboRing Limbo;

    /// <summary>A slot, or 0: take the slow way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint TryTake(SlotCache* cache)
    {
        Bag* bag = cache->Loaded;
        uint count = bag->Count;
        if (count == 0)
        {
            return 0;
        }

        bag->Count = --count;
        return Bag.ItemsOf(bag)[count];
    }

    /// <summary>A slot whose poison is as it was written, where poison is on; or 0: take the slow way, nothing has changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint TryTakeIntact<TKind>(PoolSet* pools, SlotCache* cache)
        where TKind : struct, ISlotKind
    {
        Bag* bag = cache->Loaded;
        uint left = bag->Count - 1;
        if (left == uint.MaxValue)
        {
            return 0;
        }

        uint index = Bag.ItemsOf(bag)[left];
        if (pools->Poison != 0 && !IsIntact<TKind>(index))
        {
            return 0;
        }

        bag->Count = left;
        return index;
    }

    /// <summary>Stages a slot on the limbo list. The caller has unlinked it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Defer<TKind>(ThreadCache* owner, SlotCache* cache, SlotPool* pool, uint slot)
        where TKind : struct, ISlotKind
    {
        if (Stage(cache, slot) >= owner->BagCapacity)
        {
            Seal<TKind>(owner, cache, pool);
        }
    }

    /// <summary>Can a slot be staged without the bag having to be sealed?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasRoom(ThreadCache* owner, SlotCache* cache) => ((Bag*)Atomic.LoadPlain(&cache->Staging))->Count + 1 < owner->BagCapacity;

    /// <summary>How many slots can be staged at most until the bag is full. Not below 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Room(ThreadCache* owner, SlotCache* cache) =>
        owner->BagCapacity - Math.Min(owner->BagCapacity, ((Bag*)Atomic.LoadPlain(&cache->Staging))->Count);

    /// <summary>Stages a slot; how many the bag holds now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Stage(SlotCache* cache, uint slot)
    {
        Bag* bag = (Bag*)Atomic.LoadPlain(&cache->Staging);
        uint count = bag->Count;
        Atomic.StorePlain(Bag.ItemsOf(bag) + count, slot);

        // [STAGE-PUT] release: the index stands before the count that covers it. Pairs with [STAGE-STEAL]. Without it the reclaimer
        // would take an index of the bag's former life.
        Atomic.StoreRelease(&bag->Count, count + 1);
        return count + 1;
    }

    /// <summary>Has nobody written to the slot since it was reclaimed? Where poison is on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsIntact<TKind>(uint index)
        where TKind : struct, ISlotKind => Poison.IsIntact(TKind.Base + ((ulong)index * (uint)TKind.SlotBytes), TKind.SlotBytes);

    /// <summary>Closes the staging bag, stamps it and puts it on the limbo list. Owning thread only.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Seal<TKind>(ThreadCache* owner, SlotCache* cache, SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        PoolSet* pools = owner->Pools;
        Bag* bag = (Bag*)Atomic.LoadPlain(&cache->Staging);
        if (bag->Count == 0)
        {
            return;
        }

        Bag* empty = PoolSet.TakeEmptyBag(pools);
        if (empty == null)
        {
            // The block region is at its bound: the slot just staged cannot be kept. Bags are reserved with each carve, so
            // this is the last of several refusals; it is counted and shows in live counts.
            if (bag->Count >= Bag.MaxCapacity)
            {
                ThreadCache.Count(owner, Counter.SlotsLost);
                owner->Counters.Add(Counter.LimboBytesLeft, (ulong)TKind.SlotBytes);
                bag->Count--;
            }

            return;
        }

        // [STAGE-SEAL] full: from here on the reclaimer's claims fail. Pairs with [STAGE-STEAL]. Without it both would free
        // the same slots.
        ulong claim = Atomic.ExchangeFull(ref bag->Claim, (((bag->Claim >> 32) + 1) << 32) | Bag.Sealed);
        bag->Start = (uint)claim;
        Atomic.StoreRelease(&cache->Staging, (nint)empty);
        uint left = bag->Count - bag->Start;
        if (left == 0)
        {
            PoolSet.GiveEmptyBag(pools, bag);
            return;
        }

        Atomic.StoreRelease(&bag->Stamp, Domain.Stamp(owner->Domain));
        Atomic.AddFull(ref pools->LimboSlots, left);
        uint reference = BlockHeap.ReferenceOf(bag);
        if (!cache->Limbo.TryPut(reference))
        {
            TaggedStack.Push(ref pool->Overflow, reference, Reservation.BlockBase, 64);
        }

        // A thread that gives up more than it takes (a poller, a consumer) passes its ripe bags on to the others.
        if (cache->Limbo.Count >= 2 * pools->AdvanceThreshold)
        {
            Domain.Advance(owner->Domain, owner->Reader);
            for (uint ripe = cache->Limbo.TryTake(owner->Domain); ripe != 0; ripe = cache->Limbo.TryTake(owner->Domain))
            {
                Free<TKind>(owner, pool, ripe);
            }
        }
    }

    /// <summary>Gives a bag whose grace period is over to every thread. Whoever took it.</summary>
    public static void Free<TKind>(ThreadCache* owner, SlotPool* pool, uint reference)
        where TKind : struct, ISlotKind
    {
        Reclaim<TKind>(owner, Bag.At(reference));
        TaggedStack.Push(ref pool->FullBags, reference, Reservation.BlockBase, 64);
    }

    /// <summary>
    /// The slow way to a slot, in this order: own bags whose grace period is over, full bags of others, overflowed bags, new
    /// slots, and at the bound whatever one more grace period frees. 0 at the bound (C18, C19).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint TakeSlow<TKind>(ThreadCache* owner, SlotCache* cache, SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        PoolSet* pools = owner->Pools;
        if (pools->FailAfter != 0 && Atomic.AddFull(ref pools->FailAfter, uint.MaxValue) == 0)
        {
            return 0; // fault injection: the n-th refill finds nothing
        }

        if (Refill<TKind>(owner, cache, pool))
        {
            return TryTake(cache);
        }

        if (cache->Limbo.Count >= pools->AdvanceThreshold)
        {
            Domain.Advance(owner->Domain, owner->Reader);
            if (Refill<TKind>(owner, cache, pool))
            {
                return TryTake(cache);
            }
        }

        // A reader parked in a section must not let limbo grow without end: creation is refused first (C18). Inside a signalling
        // section nothing grows (C3): a slab may need the system, and whoever waits for memory may wait for this section's fences.
        if (Atomic.LoadAcquire(&pools->LimboSlots) < pools->LimboBound && owner->Reader->Signalling == 0 && CarveInto<TKind>(owner, cache, pool))
        {
            return TryTake(cache);
        }

        Seal<TKind>(owner, cache, pool);
        Domain.Advance(owner->Domain, owner->Reader);
        return Refill<TKind>(owner, cache, pool) ? TryTake(cache) : 0;
    }

    /// <summary>
    /// A slot whose poison is as it was written, taken the slow way; 0 at the bound, which is counted. One that somebody wrote to after its grace
    /// period is never given out again: its content is evidence.
    /// </summary>
    public static uint TakeSlowIntact<TKind>(ThreadCache* owner, SlotCache* cache, SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        while (true)
        {
            uint index = TryTake(cache);
            if (index == 0)
            {
                index = TakeSlow<TKind>(owner, cache, pool);
            }

            if (index == 0)
            {
                ThreadCache.Count(owner, Counter.Refused);
                return 0;
            }

            if (owner->Pools->Poison == 0 || IsIntact<TKind>(index))
            {
                return index;
            }

            ThreadCache.Count(owner, Counter.PoisonBroken);
        }
    }

    private static void Reclaim<TKind>(ThreadCache* owner, Bag* bag)
        where TKind : struct, ISlotKind
    {
        Bag.Compact(bag);
        Atomic.AddFull(ref owner->Pools->LimboSlots, 0UL - bag->Count);
        TKind.Reclaim(owner->Pools, bag);
        owner->Counters.Add(Counter.LimboBytesLeft, bag->Count * (ulong)TKind.SlotBytes);

        // Last: whoever sees nothing on limbo may look at what the slots were counted in.
        owner->Counters.Add(Counter.Reclaimed, bag->Count);
    }

    private static bool Refill<TKind>(ThreadCache* owner, SlotCache* cache, SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        uint reference = cache->Limbo.TryTake(owner->Domain);
        if (reference == 0)
        {
            uint full = TaggedStack.Pop(ref pool->FullBags, Reservation.BlockBase, 64);
            if (full != 0)
            {
                Load(owner, cache, Bag.At(full));
                return true;
            }

            reference = TaggedStack.Pop(ref pool->Overflow, Reservation.BlockBase, 64);
            if (reference != 0 && !Domain.IsComplete(owner->Domain, Bag.At(reference)->Stamp))
            {
                TaggedStack.Push(ref pool->Overflow, reference, Reservation.BlockBase, 64);
                return false;
            }
        }

        if (reference == 0)
        {
            return false;
        }

        Reclaim<TKind>(owner, Bag.At(reference));
        Load(owner, cache, Bag.At(reference));
        return true;
    }

    private static void Load(ThreadCache* owner, SlotCache* cache, Bag* bag)
    {
        PoolSet.GiveEmptyBag(owner->Pools, cache->Loaded);
        cache->Loaded = bag;
    }

    private static bool CarveInto<TKind>(ThreadCache* owner, SlotCache* cache, SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        // The bag that these slots will one day be staged in is reserved before they exist (C19).
        Bag* reserve = PoolSet.TakeEmptyBag(owner->Pools);
        if (reserve == null)
        {
            return false;
        }

        PoolSet.GiveEmptyBag(owner->Pools, reserve);
        return SlotPool.Carve<TKind>(pool, cache->Loaded, owner->BagCapacity) != 0;
    }
}
