using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Platform;

namespace FastFence.Memory;

/// <summary>How new slabs of a pool are prepared.</summary>
[Flags]
internal enum SlabPreparation : uint
{
    /// <summary>Touched when used.</summary>
    None = 0,

    /// <summary>All pages are present before the first slot is given out.</summary>
    Prefault = 1,

    /// <summary>The kernel is asked for huge pages.</summary>
    HugePages = 2,

    /// <summary>Pages are locked in memory; a refusal is remembered in the pool.</summary>
    Lock = 4,
}

/// <summary>One engine's slots of one kind: what is carved, what is free in full bags, what overflowed from limbo rings.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SlotPool
{
    /// <summary>Where slabs come from.</summary>
    public SlabRegion* Region;

    /// <summary>Next slot and end of the slab being carved (32 bits each).</summary>
    public ulong Cursor;

    /// <summary>Full bags of free slots, from any thread (tagged stack): the lock-free way back to other threads.</summary>
    public ulong FullBags;

    /// <summary>Sealed bags that found no room in their thread's limbo ring (tagged stack).</summary>
    public ulong Overflow;

    /// <summary>Slots carved so far.</summary>
    public ulong Carved;

    /// <summary>Most slots this engine may carve.</summary>
    public ulong Quota;

    /// <summary>Slabs of this pool (list through the slab table, number + 1).</summary>
    public ulong Slabs;

    /// <summary>Slabs taken.</summary>
    public uint SlabCount;

    /// <summary>How new slabs are prepared.</summary>
    public SlabPreparation Preparation;

    /// <summary>errno of the last refused page lock; 0 when none was refused.</summary>
    public int LockErrno;

    /// <summary>Fills <paramref name="bag"/> with up to <paramref name="want"/> new slots; how many there were.</summary>
    public static uint Carve<TKind>(SlotPool* pool, Bag* bag, uint want)
        where TKind : struct, ISlotKind
    {
        ulong allowed = TakeQuota(pool, want);
        uint got = 0;
        while (got < allowed)
        {
            uint piece = CarvePiece<TKind>(pool, bag, (uint)allowed - got);
            if (piece == 0)
            {
                Atomic.AddFull(ref pool->Carved, 0UL - (allowed - got));
                break;
            }

            got += piece;
        }

        return got;
    }

    private static ulong TakeQuota(SlotPool* pool, uint want)
    {
        ulong carved = Atomic.LoadPlain(ref pool->Carved);
        while (carved < pool->Quota)
        {
            ulong n = Math.Min(want, pool->Quota - carved);
            ulong found = Atomic.CompareExchangeFull(ref pool->Carved, carved + n, carved);
            if (found == carved)
            {
                return n;
            }

            carved = found;
        }

        return 0;
    }

    private static uint CarvePiece<TKind>(SlotPool* pool, Bag* bag, uint want)
        where TKind : struct, ISlotKind
    {
        while (true)
        {
            ulong cursor = Atomic.LoadAcquire(ref pool->Cursor);
            uint next = (uint)(cursor >> 32);
            uint end = (uint)cursor;
            uint n = Math.Min(want, end - next);
            if (n == 0)
            {
                if (!Grow<TKind>(pool, cursor))
                {
                    return 0;
                }

                continue;
            }

            if (Atomic.CompareExchangeFull(ref pool->Cursor, ((ulong)(next + n) << 32) | end, cursor) != cursor)
            {
                continue;
            }

            uint perSlab = Reservation.SlabBytes / (uint)TKind.SlotBytes;
            uint generationBase = pool->Region->Info(next / perSlab).GenerationBase;

            // Downwards, so that the magazine gives them out in address order (it takes from its top).
            for (uint i = n; i-- > 0;)
            {
                TKind.Carve(TKind.Base + ((nuint)(next + i) * (nuint)TKind.SlotBytes), generationBase);
                bag->Items[bag->Count++] = next + i;
            }

            return n;
        }
    }

    private static bool Grow<TKind>(SlotPool* pool, ulong cursor)
        where TKind : struct, ISlotKind
    {
        if (!pool->Region->TryTake(out uint slab))
        {
            return false;
        }

        uint perSlab = Reservation.SlabBytes / (uint)TKind.SlotBytes;
        uint first = slab * perSlab;

        // Slot 0 of the region is the null index (and the stub fence): it is never carved.
        ulong fresh = ((ulong)(first == 0 ? 1 : first) << 32) | (first + perSlab);
        Prepare(pool, pool->Region->At(slab));
        if (Atomic.CompareExchangeFull(ref pool->Cursor, fresh, cursor) != cursor)
        {
            pool->Region->Return(slab);
            return true;
        }

        Atomic.AddFull(ref pool->SlabCount, 1);
        ulong head = Atomic.LoadPlain(ref pool->Slabs);
        while (true)
        {
            pool->Region->Info(slab).Next = (uint)head;
            ulong found = Atomic.CompareExchangeFull(ref pool->Slabs, slab + 1, head);
            if (found == head)
            {
                return true;
            }

            head = found;
        }
    }

    private static void Prepare(SlotPool* pool, byte* slab)
    {
        if ((pool->Preparation & SlabPreparation.HugePages) != 0)
        {
            Pages.TryAdviseHuge(slab, Reservation.SlabBytes);
        }

        if ((pool->Preparation & SlabPreparation.Prefault) != 0)
        {
            Pages.Prefault(slab, Reservation.SlabBytes);
        }

        if ((pool->Preparation & SlabPreparation.Lock) != 0 && !Pages.TryLock(slab, Reservation.SlabBytes, out int errno))
        {
            pool->LockErrno = errno;
        }
    }

    /// <summary>
    /// Gives every slab back to the process. Safety: no thread uses this pool or a slot of it any more. Handles of its
    /// slots stay refused: the next life of each slab starts above the highest generation seen here.
    /// </summary>
    public static void ReturnAll<TKind>(SlotPool* pool)
        where TKind : struct, ISlotKind
    {
        uint perSlab = Reservation.SlabBytes / (uint)TKind.SlotBytes;
        uint cursor = (uint)(Atomic.LoadAcquire(ref pool->Cursor) >> 32);
        uint next = (uint)pool->Slabs;
        while (next != 0)
        {
            uint slab = next - 1;
            ref SlabInfo info = ref pool->Region->Info(slab);
            next = info.Next;
            uint first = slab * perSlab;
            uint end = cursor > first && cursor < first + perSlab ? cursor : first + perSlab;
            uint highest = info.GenerationBase;
            for (uint i = first; i < end; i++)
            {
                highest = Math.Max(highest, TKind.GenerationOf(TKind.Base + ((nuint)i * (nuint)TKind.SlotBytes)));
            }

            info.GenerationBase = highest + 1;
            pool->Region->Return(slab);
        }

        pool->Slabs = 0;
        pool->SlabCount = 0;
        pool->Cursor = 0;
        pool->FullBags = 0;
        pool->Overflow = 0;
    }
}
