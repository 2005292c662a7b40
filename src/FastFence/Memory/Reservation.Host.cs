using FastFence.Platform;

namespace FastFence.Memory;

// The process makes it; a native poller in the same process is given it when it attaches.
internal static unsafe partial class Reservation
{
    private const long DefaultBytes = 8L << 30;
    private const long LeastBytes = 64L << 20;

    // JIT-time constants after tiering: an index becomes an address with one shift and one add.
    private static readonly nint s_base = ReserveLargest(out s_bytes);
    private static readonly long s_bytes;
    private static readonly nint s_nodeBase = NodeBaseOf(s_base, s_bytes);
    private static readonly nint s_blockBase = BlockBaseOf(s_base, s_bytes);
    private static readonly uint s_fenceSlots = FenceSlotsOf(s_bytes);

    private static nint ReserveLargest(out long bytes)
    {
        bytes = AppContext.GetData(BoundOption) switch
        {
            long l => l,
            int i => i,
            string s when long.TryParse(s, out long parsed) => parsed,
            _ => DefaultBytes,
        };
        bytes = Math.Clamp(bytes, LeastBytes, 256L << 30) / (4 * SlabBytes) * (4 * SlabBytes);

        // An address-space limit (RLIMIT_AS) may refuse the default: half of it serves as well, and `doctor` shows the bound.
        for (; bytes >= LeastBytes; bytes = bytes / 2 / (4 * SlabBytes) * (4 * SlabBytes))
        {
            byte* memory = Pages.Reserve((nuint)bytes, SlabBytes);
            if (memory != null)
            {
                return (nint)memory;
            }
        }

        throw new InsufficientMemoryException(
            $"FastFence cannot reserve {LeastBytes >> 20} MiB of address space. Raise the limit (ulimit -v) or lower '{BoundOption}'.");
    }
}
