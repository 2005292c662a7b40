// What happens to slots that their own thread does not come back for: bags of idle threads are taken, those of dead threads
// adopted, within one tick of the reclaimer thread (10 ms).
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Reclamation;

/// <summary>The reclaimer's share of one engine's limbo. Any thread with a cache; several may work at once.</summary>
internal static unsafe class Reclaimer
{
    /// <summary>
    /// Takes what idle and dead threads have staged, and frees what is ripe. <paramref name="all"/>: busy threads too (barrier).
    /// </summary>
    public static void Turn<TFence, TNode>(ThreadCache* own, bool all)
        where TFence : struct, ISlotKind
        where TNode : struct, ISlotKind
    {
        PoolSet* pools = own->Pools;
        for (ThreadCache* c = (ThreadCache*)Atomic.LoadAcquire(ref pools->Caches); c != null; c = c->NextOfEngine)
        {
            if (c == own || c->Orphaned == 2)
            {
                continue;
            }

            ulong activity = c->Activity;
            if (all || c->Orphaned == 1 || activity == c->SeenActivity)
            {
                StealInto<TFence>(own, ref c->Fences.Staging, &own->Fences, &pools->Fences);
                StealInto<TNode>(own, ref c->Nodes.Staging, &own->Nodes, &pools->Nodes);
            }

            c->SeenActivity = activity;
        }

        SlotCache.Seal<TFence>(own, &own->Fences, &pools->Fences);
        SlotCache.Seal<TNode>(own, &own->Nodes, &pools->Nodes);
        if (Atomic.LoadAcquire(ref pools->LimboSlots) == 0)
        {
            FinishOrphans(own);
            return;
        }

        Domain.Advance(own->Domain, own->Reader);
        for (ThreadCache* c = (ThreadCache*)Atomic.LoadAcquire(ref pools->Caches); c != null; c = c->NextOfEngine)
        {
            Drain<TFence>(own, &c->Fences, &pools->Fences);
            Drain<TNode>(own, &c->Nodes, &pools->Nodes);
        }

        DrainOverflow<TFence>(own, &pools->Fences);
        DrainOverflow<TNode>(own, &pools->Nodes);
        FinishOrphans(own);
    }

    private static void StealInto<TKind>(ThreadCache* own, ref nint staging, SlotCache* cache, SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        Bag* target = (Bag*)Atomic.LoadPlain(ref cache->Staging);
        if (target->Count == Bag.MaxCapacity)
        {
            SlotCache.Seal<TKind>(own, cache, pool);
            target = (Bag*)Atomic.LoadPlain(ref cache->Staging);
        }

        while (Staging.Steal(ref staging, target) != 0)
        {
            SlotCache.Seal<TKind>(own, cache, pool);
            target = (Bag*)Atomic.LoadPlain(ref cache->Staging);
        }
    }

    private static void Drain<TKind>(ThreadCache* own, SlotCache* cache, SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        for (uint reference = cache->Limbo.TryTake(own->Domain); reference != 0; reference = cache->Limbo.TryTake(own->Domain))
        {
            SlotCache.Free<TKind>(own, pool, reference);
        }
    }

    private static void DrainOverflow<TKind>(ThreadCache* own, SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        while (true)
        {
            uint reference = TaggedStack.Pop(ref pool->Overflow, Reservation.BlockBase, 64);
            if (reference == 0)
            {
                return;
            }

            if (!Domain.IsComplete(own->Domain, Bag.At(reference)->Stamp))
            {
                TaggedStack.Push(ref pool->Overflow, reference, Reservation.BlockBase, 64);
                return;
            }

            SlotCache.Free<TKind>(own, pool, reference);
        }
    }

    /// <summary>A dead thread's magazines go to everybody once its limbo has drained; its counters to the engine.</summary>
    public static void FinishOrphans(ThreadCache* own)
    {
        PoolSet* pools = own->Pools;
        for (ThreadCache* c = (ThreadCache*)Atomic.LoadAcquire(ref pools->Caches); c != null; c = c->NextOfEngine)
        {
            // [ORPHAN-FINISH] acquire: what the dead thread left behind is looked for after the mark. Pairs with [ORPHAN-MARK]. Without it
            // a cache with slots in it would be finished, and nobody would come back for them.
            if (Atomic.LoadAcquire(ref c->Orphaned) == 1
                && c->Fences.Limbo.Count == 0 && c->Nodes.Limbo.Count == 0

                // Its unsealed bags, too: this turn may have passed it by as busy, before another turn found it dead.
                && !HasLeft(c->Late) && !HasLeft(c->Fences.Staging) && !HasLeft(c->Nodes.Staging)
                && Atomic.CompareExchangeFull(ref c->Orphaned, 3, 1) == 1)
            {
                GiveLoaded(pools, &c->Fences, &pools->Fences);
                GiveLoaded(pools, &c->Nodes, &pools->Nodes);
                AdoptCounters(pools, c);
                c->SeenActivity = 0;
                Atomic.StoreRelease(ref c->Orphaned, 2);
            }
        }
    }

    /// <summary>Moves a cache's counters to the engine; who sums them meanwhile waits, and counts nothing twice or never.</summary>
    public static void AdoptCounters(PoolSet* pools, ThreadCache* cache)
    {
        lock (Registry.Gate)
        {
            for (int i = 0; i < (int)Counter.Count; i++)
            {
                pools->Adopted.AddShared((Counter)i, cache->Counters.Read((Counter)i));
            }

            cache->Counters = default;
        }
    }

    // Slots that nobody has taken out of a bag of the dead thread's.
    private static bool HasLeft(nint bag) => (uint)Atomic.LoadAcquire(ref ((Bag*)bag)->Claim) < Atomic.LoadAcquire(ref ((Bag*)bag)->Count);

    private static void GiveLoaded(PoolSet* pools, SlotCache* cache, SlotPool* pool)
    {
        if (cache->Loaded->Count == 0)
        {
            return;
        }

        Bag* empty = PoolSet.TakeEmptyBag(pools);
        if (empty != null)
        {
            TaggedStack.Push(ref pool->FullBags, BlockHeap.ReferenceOf(cache->Loaded), Reservation.BlockBase, 64);
            cache->Loaded = empty;
        }
    }
}
