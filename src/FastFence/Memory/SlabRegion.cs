// A region hands out whole slabs. A slab that an engine gives back is decommitted (its contents read as zero) and its
// highest generation is kept in the table, so that a handle of its former life stays refused when the slab is used again.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Memory;

/// <summary>What is known of one slab; lives outside it, so that decommitting the slab does not lose it.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct SlabInfo
{
    /// <summary>Next free slab of the region, or next slab of the same pool; 0 ends (slab number + 1 is stored).</summary>
    public uint Next;

    /// <summary>Slots of the next life start above this generation.</summary>
    public uint GenerationBase;

    /// <summary>Slots carved in this life.</summary>
    public uint Carved;

    /// <summary>Not used.</summary>
    public uint Reserved;
}

/// <summary>A run of slabs of one kind. Thread class: any. Never blocks.</summary>
internal unsafe struct SlabRegion
{
    private byte* _base;
    private SlabInfo* _table;
    private uint _count;
    private uint _taken;
    private ulong _free;

    /// <summary>Sets up a region over reserved memory; the table lives in <paramref name="table"/>.</summary>
    public void Initialize(byte* start, long bytes, SlabInfo* table)
    {
        _base = start;
        _count = (uint)(bytes / Reservation.SlabBytes);
        _table = table;
        _taken = 0;
        _free = 0;
    }

    /// <summary>Slabs that were ever taken: flat while those given back are used again.</summary>
    public uint Taken => Atomic.LoadAcquire(ref _taken);

    /// <summary>Start of a slab.</summary>
    public readonly byte* At(uint slab) => _base + ((nuint)slab * Reservation.SlabBytes);

    /// <summary>What is known of a slab.</summary>
    public readonly ref SlabInfo Info(uint slab) => ref _table[slab];

    /// <summary>Takes a slab; false at the region's bound.</summary>
    public bool TryTake(out uint slab)
    {
        uint reused = TaggedStack.Pop(ref _free, (byte*)(_table - 1), (nuint)sizeof(SlabInfo));
        if (reused != 0)
        {
            slab = reused - 1;
            return true;
        }

        uint taken = Atomic.LoadPlain(ref _taken);
        while (taken < _count)
        {
            uint found = Atomic.CompareExchangeFull(ref _taken, taken + 1, taken);
            if (found == taken)
            {
                slab = taken;
                return true;
            }

            taken = found;
        }

        slab = 0;
        return false;
    }

    /// <summary>Takes <paramref name="slabs"/> neighbouring slabs that were never used; false at the bound.</summary>
    public bool TryTakeRun(uint slabs, out uint first)
    {
        uint taken = Atomic.LoadPlain(ref _taken);
        while (taken + slabs <= _count)
        {
            uint found = Atomic.CompareExchangeFull(ref _taken, taken + slabs, taken);
            if (found == taken)
            {
                first = taken;
                return true;
            }

            taken = found;
        }

        first = 0;
        return false;
    }

    /// <summary>Gives a slab back. Safety: nobody uses its slots any more (a grace period has passed).</summary>
    public void Return(uint slab)
    {
        // Locked pages are not decommitted (EINVAL): they are cleared, so that late readers see zeroes all the same.
        if (!Platform.Pages.TryDecommit(At(slab), Reservation.SlabBytes))
        {
            NativeMemory.Clear(At(slab), Reservation.SlabBytes);
        }

        TaggedStack.Push(ref _free, slab + 1, (byte*)(_table - 1), (nuint)sizeof(SlabInfo));
    }
}

/// <summary>The three regions of the process.</summary>
internal static unsafe partial class Regions
{
    /// <summary>Fence slots.</summary>
    public static SlabRegion* Fences => (SlabRegion*)s_regions;

    /// <summary>Callback nodes.</summary>
    public static SlabRegion* Nodes => (SlabRegion*)(s_regions + Reservation.ContentionBytes);

    /// <summary>Blocks of varying size.</summary>
    public static SlabRegion* Blocks => (SlabRegion*)(s_regions + (2 * Reservation.ContentionBytes));
}
