// Memory by the page, straight from the OS: what the Memory floor cuts into slabs. A reservation is read- and writable from
// the start and costs nothing until touched; a decommitted page reads as zero and never faults, which is what a reader that
// comes late to a freed slab needs (C22).
namespace FastFence.Platform;

/// <summary>Reserves, releases and advises pages. Thread class: any. Sizes are rounded up to whole pages.</summary>
internal static unsafe partial class Pages
{
    /// <summary>Bytes in a page: 4096 on x64, 4096 to 65536 on arm64.</summary>
    public static int Size { get; } = Environment.SystemPageSize;

    /// <summary>
    /// Zeroed, read- and writable address space, committed page by page as it is touched (elsewhere than on Linux: at once).
    /// Null when the OS refuses.
    /// </summary>
    /// <param name="bytes">More than 0.</param>
    /// <param name="alignment">A power of two; less than a page means a page.</param>
    public static byte* Reserve(nuint bytes, nuint alignment)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes);
        if (!System.Numerics.BitOperations.IsPow2(alignment))
        {
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "The alignment is a power of two.");
        }

        nuint whole = WholePages(bytes);
        nuint aligned = nuint.Max(alignment, (nuint)Size);
        if (whole < bytes || whole + aligned < whole)
        {
            return null; // beyond the address space
        }

        return OperatingSystem.IsLinux() ? ReserveLinux(whole, aligned) : ReservePortable(whole, aligned);
    }

    /// <summary>Gives back a whole reservation. Safety: nobody reads or writes it any more; null is fine.</summary>
    public static void Release(byte* p, nuint bytes)
    {
        if (p is null)
        {
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            _ = Libc.Unmap(p, WholePages(bytes));
        }
        else
        {
            ReleasePortable(p);
        }
    }

    /// <summary>
    /// Returns the pages to the OS: they read as zero from now on and are committed again when written. False, with contents
    /// as they were, for locked pages. Safety: whole pages of a reservation, without a writer.
    /// </summary>
    public static bool TryDecommit(byte* p, nuint bytes) =>
        OperatingSystem.IsLinux() ? Libc.Advise(p, bytes, AdviceDontNeed) == 0 : ClearPortable(p, bytes);

    /// <summary>Asks for huge pages, which helps where the system's setting is "madvise". A hint: true says it was heard.</summary>
    public static bool TryAdviseHuge(byte* p, nuint bytes) =>
        OperatingSystem.IsLinux() && Libc.Advise(p, bytes, AdviceHugePage) == 0;

    /// <summary>Commits pages and keeps them from being swapped out. False with the OS's error, e.g. over RLIMIT_MEMLOCK.</summary>
    public static bool TryLock(byte* p, nuint bytes, out int errno)
    {
        if (OperatingSystem.IsLinux())
        {
            return TryLockLinux(p, bytes, out errno);
        }

        errno = 0;
        return false;
    }

    /// <summary>Commits pages now, so that no page fault comes later. Contents stay, also under concurrent writers.</summary>
    public static void Prefault(byte* p, nuint bytes)
    {
        if (!OperatingSystem.IsLinux() || Libc.Advise(p, bytes, AdvicePopulateWrite) != 0)
        {
            Touch(p, bytes);
        }
    }

    /// <summary>Makes pages fault on any access, or usable again: for tests that want a late read to be seen.</summary>
    public static bool TryProtect(byte* p, nuint bytes, bool accessible) =>
        OperatingSystem.IsLinux() && Libc.Protect(p, bytes, accessible ? ReadWrite : NoAccess) == 0;

    /// <summary>A write to each page that changes nothing.</summary>
    internal static void Touch(byte* p, nuint bytes)
    {
        for (nuint offset = 0; offset < bytes; offset += (nuint)Size)
        {
            // Read and write back in two steps would undo a write that comes between them.
#pragma warning disable RS0030 // An atomic write of what is there: the Atomics floor is above this one.
            _ = Interlocked.CompareExchange(ref *(p + offset), 0, 0);
#pragma warning restore RS0030
        }
    }

    private static nuint WholePages(nuint bytes) => (bytes + (nuint)Size - 1) & ~((nuint)Size - 1);
}
