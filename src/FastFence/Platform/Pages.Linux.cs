using System.Runtime.InteropServices;

namespace FastFence.Platform;

internal static unsafe partial class Pages
{
    // include/uapi/asm-generic/mman-common.h, mman.h; the same on x64 and arm64.
    private const int NoAccess = 0;
    private const int ReadWrite = 1 | 2;

    // NORESERVE: the bound may be far beyond what is ever touched, and must not count against the overcommit heuristic.
    private const int PrivateAnonymousNoReserve = 0x2 | 0x20 | 0x4000;
    private const int AdviceDontNeed = 4;
    private const int AdviceHugePage = 14;
    private const int AdvicePopulateWrite = 23; // Linux 5.14

    private const nint MapFailed = -1;

    private static byte* ReserveLinux(nuint bytes, nuint alignment)
    {
        // As asked first: it is often aligned already, and an address space limit may have no room for the slack.
        byte* p = Map(bytes);
        if (p is null || IsAligned(p, alignment))
        {
            return p;
        }

        _ = Libc.Unmap(p, bytes);
        nuint slack = alignment - (nuint)Size; // the kernel gives whole pages
        byte* wide = Map(bytes + slack);
        if (wide is null)
        {
            return null;
        }

        byte* start = (byte*)(((nuint)wide + alignment - 1) & ~(alignment - 1));
        Trim(wide, (nuint)(start - wide));
        Trim(start + bytes, slack - (nuint)(start - wide));
        return start;
    }

    private static byte* Map(nuint bytes)
    {
        byte* p = Libc.Map(null, bytes, ReadWrite, PrivateAnonymousNoReserve, -1, 0);
        return (nint)p == MapFailed ? null : p;
    }

    private static void Trim(byte* p, nuint bytes)
    {
        if (bytes != 0)
        {
            _ = Libc.Unmap(p, bytes);
        }
    }

    private static bool IsAligned(byte* p, nuint alignment) => ((nuint)p & (alignment - 1)) == 0;

    private static bool TryLockLinux(byte* p, nuint bytes, out int errno)
    {
        bool locked = Libc.Lock(p, bytes) == 0;
        errno = locked ? 0 : Marshal.GetLastPInvokeError();
        return locked;
    }
}
