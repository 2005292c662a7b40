using System.Runtime.InteropServices;

namespace FastFence.Memory;

// The process makes them; a native poller in the same process is given them when it attaches.
internal static unsafe partial class Regions
{
    // One native block: the regions' words are shared by every engine and must not sit in managed statics (decision 10).
    private static readonly nint s_regions = Create();

    /// <summary>Where they are, for a native poller.</summary>
    public static nint Address => s_regions;

    private static nint Create()
    {
        long slabs = Reservation.Bytes / Reservation.SlabBytes;
        nuint head = 3 * Reservation.ContentionBytes;
        byte* block = (byte*)NativeMemory.AlignedAlloc(head + ((nuint)slabs * (nuint)sizeof(SlabInfo)), Reservation.ContentionBytes);
        NativeMemory.Clear(block, head + ((nuint)slabs * (nuint)sizeof(SlabInfo)));
        SlabInfo* table = (SlabInfo*)(block + head);
        uint fences = (uint)(Reservation.FenceRegionBytes / Reservation.SlabBytes);
        uint nodes = (uint)(Reservation.NodeRegionBytes / Reservation.SlabBytes);
        ((SlabRegion*)block)->Initialize(Reservation.FenceBase, Reservation.FenceRegionBytes, table);

        // Slab 0 holds the stub fence and is nobody's: an engine that gave it back would decommit the stub of all the others.
        ((SlabRegion*)block)->TryTake(out _);
        ((SlabRegion*)(block + Reservation.ContentionBytes))->Initialize(Reservation.NodeBase, Reservation.NodeRegionBytes, table + fences);
        ((SlabRegion*)(block + (2 * Reservation.ContentionBytes)))->Initialize(
            Reservation.BlockBase, Reservation.BlockRegionBytes, table + fences + nodes);
        return (nint)block;
    }
}
