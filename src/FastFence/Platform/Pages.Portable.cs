using System.Runtime.InteropServices;

namespace FastFence.Platform;

internal static unsafe partial class Pages
{
    /// <summary>Memory from the C heap, cleared: the way without page mapping of our own.</summary>
    internal static byte* ReservePortable(nuint bytes, nuint alignment)
    {
        try
        {
            byte* p = (byte*)NativeMemory.AlignedAlloc(bytes, alignment);
            NativeMemory.Clear(p, bytes);
            return p;
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    /// <summary>Gives back what <see cref="ReservePortable"/> gave.</summary>
    internal static void ReleasePortable(byte* p) => NativeMemory.AlignedFree(p);

    /// <summary>Decommit without the OS: the contents go, the memory stays.</summary>
    internal static bool ClearPortable(byte* p, nuint bytes)
    {
        NativeMemory.Clear(p, bytes);
        return true;
    }
}
