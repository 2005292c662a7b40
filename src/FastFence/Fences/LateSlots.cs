// A fence may lose its last reference while its callbacks still run (inside one of them, or on another thread). Its runner
// then still has one store to make in the slot, so the slot does not go on limbo yet: it waits here until the fence reads
// quiesced. Neither the runner nor the releaser pays for this but in that case.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Slots released before their callbacks returned.</summary>
internal static unsafe class LateSlots
{
    /// <summary>Keeps a slot. Owning thread only.</summary>
    public static void Add(ThreadCache* cache, uint index)
    {
        Bag* bag = (Bag*)Atomic.LoadPlain(&cache->Late);
        if (bag->Count == Bag.MaxCapacity)
        {
            Settle(cache);
            bag = (Bag*)Atomic.LoadPlain(&cache->Late);
            if (bag->Count == Bag.MaxCapacity)
            {
                // 500 fences released under running callbacks on one thread: the slot is given up rather than freed early.
                ThreadCache.Count(cache, Counter.SlotsLost);
                cache->Counters.Add(Counter.LimboBytesLeft, Reservation.FenceBytes);
                return;
            }
        }

        cache->HasLate = 1;
        Atomic.StorePlain(ref bag->Items[bag->Count], index);
        Atomic.StoreRelease(&bag->Count, bag->Count + 1); // [STAGE-PUT] pairs with [STAGE-STEAL]
    }

    /// <summary>As <see cref="Settle"/>, where there may be anything: one look at a word near those that a runner looks at anyway.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SettleIfAny(ThreadCache* cache)
    {
        if (cache->HasLate != 0)
        {
            Settle(cache);
        }
    }

    /// <summary>Moves what has become quiesced to limbo. Owning thread only.</summary>
    public static void Settle(ThreadCache* cache)
    {
        Bag* bag = (Bag*)Atomic.LoadPlain(&cache->Late);
        if ((uint)Atomic.LoadPlain(&bag->Claim) >= bag->Count && bag->Count < Bag.MaxCapacity / 2)
        {
            cache->HasLate = 0;
            return;
        }

        Bag* fresh = PoolSet.TakeEmptyBag(cache->Pools);
        if (fresh == null)
        {
            return;
        }

        // [STAGE-SEAL] full: as in SlotCache.Seal. Pairs with [STAGE-STEAL].
        ulong claim = Atomic.ExchangeFull(ref bag->Claim, (((bag->Claim >> 32) + 1) << 32) | Bag.Sealed);
        Atomic.StoreRelease(&cache->Late, (nint)fresh);
        Sort(cache, bag, (uint)claim, fresh);
        PoolSet.GiveEmptyBag(cache->Pools, bag);
    }

    /// <summary>Takes over what an idle or dead thread has kept. Reclaimer only.</summary>
    public static void Steal(ThreadCache* own, ThreadCache* victim)
    {
        Bag* target = PoolSet.TakeEmptyBag(own->Pools);
        if (target == null)
        {
            return;
        }

        while (Staging.Steal(ref victim->Late, target) != 0)
        {
            Bag* late = (Bag*)Atomic.LoadPlain(&own->Late);
            if (late->Count + target->Count > Bag.MaxCapacity)
            {
                Settle(own);
                late = (Bag*)Atomic.LoadPlain(&own->Late);
            }

            Sort(own, target, 0, late);
            target->Count = 0;
        }

        PoolSet.GiveEmptyBag(own->Pools, target);
    }

    private static void Sort(ThreadCache* cache, Bag* from, uint start, Bag* late)
    {
        for (uint i = start; i < from->Count; i++)
        {
            uint index = from->Items[i];
            if (HeadWord.IsQuiesced(Atomic.LoadAcquire(ref FenceSlot.HeadOf(FenceSlot.At(index))))) // [LATE-CHECK] pairs with [QUIESCE-SET]
            {
                SlotCache.Defer<FenceKind>(cache, &cache->Fences, &cache->Pools->Fences, index);
            }
            else if (late->Count < Bag.MaxCapacity)
            {
                cache->HasLate = 1;
                Atomic.StorePlain(ref late->Items[late->Count], index);
                Atomic.StoreRelease(&late->Count, late->Count + 1);
            }
            else
            {
                ThreadCache.Count(cache, Counter.SlotsLost);
                cache->Counters.Add(Counter.LimboBytesLeft, Reservation.FenceBytes);
            }
        }
    }
}
