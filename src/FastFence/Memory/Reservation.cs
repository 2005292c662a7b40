// One contiguous reservation per process, touched only as slabs are taken. Three regions, so that an index of one kind can
// never land in memory of another (a forged fence handle meets a fence slot or zeroes, nothing else):
//
//   base ─► [ fences: 64-byte slots ][ callback nodes: 32-byte slots ][ blocks: timelines, rings, bags, private data ]
//
// Nothing is ever unmapped: a late reader of a disposed engine reads zeroes, not a fault (C22).
namespace FastFence.Memory;

/// <summary>The process-wide address range of all native memory of the engine.</summary>
internal static unsafe partial class Reservation
{
    /// <summary>Bytes of a slab: one huge page of x64.</summary>
    public const int SlabBytes = 2 << 20;

    /// <summary>Bytes of a fence slot: one cache line (decision 1).</summary>
    public const int FenceBytes = 64;

    /// <summary>Bytes of a callback node: half a cache line (decision 1).</summary>
    public const int NodeBytes = 32;

    /// <summary>Bytes of a cache line.</summary>
    public const int LineBytes = 64;

    /// <summary>Distance of words that different threads write, on every CPU (one IL serves all; adjacent-line prefetch).</summary>
    public const int ContentionBytes = 128;

    /// <summary>Name of the process option that sets the reservation's bound in bytes.</summary>
    public const string BoundOption = "FastFence.ReservationBytes";

    /// <summary>Address of fence slot 0 (the stub's).</summary>
    public static byte* FenceBase => (byte*)s_base;

    /// <summary>Address of callback node 0 (never given out).</summary>
    public static byte* NodeBase => (byte*)s_nodeBase;

    /// <summary>Address of block line 0 (never given out).</summary>
    public static byte* BlockBase => (byte*)s_blockBase;

    /// <summary>All bytes reserved.</summary>
    public static long Bytes => s_bytes;

    /// <summary>Bytes of the fence region: half of all.</summary>
    public static long FenceRegionBytes => s_bytes / 2;

    /// <summary>Bytes of the node region: a quarter.</summary>
    public static long NodeRegionBytes => s_bytes / 4;

    /// <summary>Bytes of the block region: a quarter.</summary>
    public static long BlockRegionBytes => s_bytes / 4;

    /// <summary>How many fence slots there can ever be; an index at or above it is forged.</summary>
    public static uint FenceSlots => s_fenceSlots;

    /// <summary>The fence slot of an index. Safety: the index is below <see cref="FenceSlots"/>.</summary>
    public static byte* FenceAt(uint index) => (byte*)s_base + ((nuint)index * FenceBytes);

    /// <summary>The node of an index. Safety: the index came from the node region.</summary>
    public static byte* NodeAt(uint index) => NodeBase + ((nuint)index * NodeBytes);

    // What follows from base and length, each kept: code that is compiled ahead would work it out again at each use.
    private static nint NodeBaseOf(nint reservation, long bytes) => reservation + (nint)(bytes / 2);

    private static nint BlockBaseOf(nint reservation, long bytes) => NodeBaseOf(reservation, bytes) + (nint)(bytes / 4);

    private static uint FenceSlotsOf(long bytes) => (uint)Math.Min(uint.MaxValue, bytes / 2 / FenceBytes);
}
