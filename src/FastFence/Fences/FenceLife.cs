// Birth, references, death of a fence. The generation and the count share one word and the generation rises with the last
// release, before limbo: from that moment every weak handle is stale, while readers in sections still see the old content.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>Making, acquiring and releasing fences. Any thread; never blocks, allocates nothing managed.</summary>
internal static unsafe class FenceLife
{
    /// <summary>From this count on a fence is immortal (the stub; an overflow, which then leaks instead of being freed early).</summary>
    public const uint Immortal = 0x8000_0000;

    /// <summary>Makes a pending fence; its handle, or 0 at the bound. The seqno is already the caller's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Create(ThreadCache* cache, TimelineBlock* timeline, ulong seqno, nint data, uint references, uint flags)
    {
        uint index = Reserve(cache);
        return index == 0 ? 0 : Initialize(cache, index, timeline, seqno, data, references, flags);
    }

    /// <summary>Takes a slot without making it a fence yet; 0 at the bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Reserve(ThreadCache* cache)
    {
        uint index = TryReserve(cache);
        return index != 0 ? index : ReserveSlow(cache);
    }

    /// <summary>As <see cref="Reserve"/>, where the slot is at hand and as it should be; else 0, and nothing has changed. Calls nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint TryReserve(ThreadCache* cache) => SlotCache.TryTakeIntact<FenceKind>(cache->Pools, &cache->Fences);

    /// <summary>Gives a reserved slot back: a later step was refused.</summary>
    public static void Unreserve(ThreadCache* cache, uint index)
    {
        Bag* bag = cache->Fences.Loaded;
        bag->Items[bag->Count++] = index; // it came from this bag, so there is room
    }

    /// <summary>Makes a reserved slot a pending fence and records it; its handle. Names as in <see cref="Fill"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Initialize(
        ThreadCache* cache, uint index, TimelineBlock* timeline, ulong seqno, nint data, uint references, uint flags, ulong names = 0)
    {
        ulong handle = Fill(cache, index, timeline, seqno, data, references, flags, names);
        FenceTrace.Write(cache, RecordKind.FenceInit, FenceSlot.At(index));
        return handle;
    }

    /// <summary>Makes a reserved slot a pending fence; its handle. Names: ids of its own, driver low and timeline high; 0 = its timeline's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Fill(
        ThreadCache* cache, uint index, TimelineBlock* timeline, ulong seqno, nint data, uint references, uint flags, ulong names = 0)
    {
        FenceSlot* fence = FenceSlot.At(index);
        uint generation = (uint)(fence->RefGen >> 32);
        fence->Context = timeline->DisplayContext;
        fence->Seqno = seqno;
        fence->Timeline = timeline;
        fence->DriverName = names == 0 ? timeline->DriverName : (uint)names;
        fence->TimelineName = names == 0 ? timeline->TimelineName : (uint)(names >> 32);
        fence->PrivateData = data;
        fence->Link = 0;
        fence->Flags = flags;
        Atomic.StorePlain(ref FenceSlot.HeadOf(fence), HeadWord.OpenEmpty(generation));

        // [FENCE-BIRTH] release: the content stands before a count above zero. Pairs with [FENCE-ACQUIRE]. Without it an acquirer
        // from a shared slot would read the former life.
        Atomic.StoreRelease(&fence->RefGen, ((ulong)generation << 32) | references);
        ThreadCache.Count(cache, Counter.Created);
        return ((ulong)generation << 32) | index;
    }

    /// <summary>
    /// Is the handle's fence still this one, with references? Any thread. Asked before anything else of the slot is believed: a
    /// forged handle may name the generation of a slot that is free, or never was used.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsCurrent(FenceSlot* fence, uint generation) =>

        // [HANDLE-CHECK] acquire: what is read of the slot afterwards is at least as new as this life. Pairs with [FENCE-BIRTH]
        // and [FENCE-LAST]. Without it the content of the former life could pass under the new handle. One comparison: the
        // difference is the count − 1 for this generation, and wraps for the others and for the count 0.
        Atomic.LoadAcquire(&fence->RefGen) - ((ulong)generation << 32) - 1 < uint.MaxValue;

    /// <summary>
    /// Has the fence of this generation lost its last reference while callbacks run that have not returned? Its slot is kept until
    /// they have (<see cref="LateSlots"/>), so the head word is still its own; a reclaimed slot holds poison or has the bits.
    /// </summary>
    public static bool IsLate(FenceSlot* fence, uint generation)
    {
        ulong after = (ulong)(generation == uint.MaxValue ? 1 : generation + 1) << 32;
        if (Atomic.LoadAcquire(&fence->RefGen) != after)
        {
            return false;
        }

        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        return HeadWord.IsClosed(head) && !HeadWord.IsQuiesced(head) && head != Poison.Pattern
            && Atomic.LoadAcquire(&fence->RefGen) == after;
    }

    /// <summary>Takes a reference unless the fence is gone. Any thread.</summary>
    public static bool TryAcquire(FenceSlot* fence, uint generation)
    {
        ulong word = Atomic.LoadAcquire(&fence->RefGen);
        while ((uint)(word >> 32) == generation && (uint)word != 0)
        {
            if ((uint)word >= Immortal)
            {
                return true;
            }

            // [FENCE-ACQUIRE] full: increments only while count and generation are what was seen. Pairs with [FENCE-BIRTH] and
            // [FENCE-LAST]. Without the generation in the word a reference could land on the slot's next life.
            ulong found = Atomic.CompareExchangeFull(ref fence->RefGen, word + 1, word);
            if (found == word)
            {
                return true;
            }

            word = found;
        }

        return false;
    }

    /// <summary>Drops a reference; false when the handle is stale (double dispose). The last one stages the slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Release(ThreadCache* cache, uint index, FenceSlot* fence, uint generation)
    {
        if ((Atomic.LoadPlain(&fence->Flags) & FenceFlags.Unshared) != 0
            && Atomic.LoadPlain(&fence->RefGen) == (((ulong)generation << 32) | 1))
        {
            // [FENCE-LAST-OWN] release: nobody but the caller ever had a handle, so no exchange is needed. Pairs with
            // [HANDLE-CHECK]. Two threads that dispose copies of one source at once are outside the contract here; the
            // checked build takes the exchange.
            Atomic.StoreRelease(&fence->RefGen, NextLife(cache, generation));
            Died(cache, index, fence);
            return true;
        }

        return ReleaseShared(cache, index, fence, generation);
    }

    /// <summary>What count and generation of a handle's fence are while one reference is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Alone(ulong handle) => ((handle >> 32) << 32) | 1;

    /// <summary>Are they that? Then the fence is still the handle's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAlone(FenceSlot* fence, ulong alone) => Atomic.LoadAcquire(&fence->RefGen) == alone; // [HANDLE-CHECK]

    /// <summary>Is one reference left of a fence of the cache's engine whose callbacks have returned? Inside a section. Calls nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLast(ThreadCache* cache, FenceSlot* fence, ulong alone) =>
        IsAlone(fence, alone)
        && (PoolSet*)fence->Timeline->Engine == cache->Pools && cache->Serial == cache->Pools->Serial
        && HeadWord.IsQuiesced(Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence))); // [LATE-CHECK]

    /// <summary>
    /// Drops the last reference of a fence that was found to have no other in this section (<see cref="IsLast"/>), and stages its slot; false when there is
    /// another by now, or something else has to be done besides: nothing has changed then. Calls nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReleaseLast(ThreadCache* cache, uint index, FenceSlot* fence, ulong alone)
    {
        ulong next = alone + uint.MaxValue; // of the generation behind it, without references; 0 behind the last generation
        if (next == 0 || !SlotCache.HasRoom(cache, &cache->Fences))
        {
            return false;
        }

        if ((Atomic.LoadPlain(&fence->Flags) & FenceFlags.Unshared) != 0)
        {
            Atomic.StoreRelease(&fence->RefGen, next); // [FENCE-LAST-OWN]
        }
        else if (Atomic.CompareExchangeFull(ref fence->RefGen, next, alone) != alone) // [FENCE-LAST]
        {
            return false;
        }

        ThreadCache.Count(cache, Counter.Released);
        SlotCache.Stage(&cache->Fences, index);
        return true;
    }

    /// <summary>
    /// Drops a reference that is not the last; false when it is, or the handle is stale. Any thread, no section: the memory stays, and
    /// nothing else of the slot is touched.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReleaseOneOfMany(FenceSlot* fence, uint generation)
    {
        ulong word = Atomic.LoadPlain(&fence->RefGen);
        while ((uint)(word >> 32) == generation && (uint)word - 2 < Immortal - 2)
        {
            // [FENCE-LAST] full: as in the slow way. The word is compared whole, so a fence that dies meanwhile refuses.
            ulong found = Atomic.CompareExchangeFull(ref fence->RefGen, word - 1, word);
            if (found == word)
            {
                return true;
            }

            word = found;
        }

        return false;
    }

    private static bool ReleaseShared(ThreadCache* cache, uint index, FenceSlot* fence, uint generation)
    {
        ulong word = Atomic.LoadPlain(&fence->RefGen);
        while ((uint)(word >> 32) == generation && (uint)word != 0)
        {
            if ((uint)word >= Immortal)
            {
                return true;
            }

            bool last = (uint)word == 1;

            // [FENCE-LAST] full: all that was done under the reference stands before the count falls, and the generation rises
            // with the last one. Pairs with [FENCE-ACQUIRE] and [HANDLE-CHECK]. Without it a weak handle could still acquire.
            ulong found = Atomic.CompareExchangeFull(ref fence->RefGen, last ? NextLife(cache, generation) : word - 1, word);
            if (found == word)
            {
                if (last)
                {
                    Died(cache, index, fence);
                }

                return true;
            }

            word = found;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Died(ThreadCache* cache, uint index, FenceSlot* fence)
    {
        ThreadCache.Count(cache, Counter.Released);
        FenceTrace.Write(cache, RecordKind.FenceDestroy, fence);

        // [LATE-CHECK] acquire: a fence whose callbacks have returned is not touched by its runner any more. Pairs with
        // [QUIESCE-SET]. Without it the runner would set its bit in the slot's next life.
        if (HeadWord.IsQuiesced(Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence))))
        {
            SlotCache.Defer<FenceKind>(cache, &cache->Fences, &cache->Pools->Fences, index);
        }
        else
        {
            LateSlots.Add(cache, index);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NextLife(ThreadCache* cache, uint generation)
    {
        uint next = generation + 1;
        if (next == 0)
        {
            next = 1; // generation 0 is the null handle's
            ThreadCache.Count(cache, Counter.GenerationWraps);
        }

        return (ulong)next << 32;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint ReserveSlow(ThreadCache* cache)
    {
        if (cache->Fences.Loaded->Count == 0)
        {
            LateSlots.Settle(cache);
        }

        return SlotCache.TakeSlowIntact<FenceKind>(cache, &cache->Fences, &cache->Pools->Fences);
    }
}
