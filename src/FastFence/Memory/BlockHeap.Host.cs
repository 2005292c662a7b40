using System.Runtime.InteropServices;

namespace FastFence.Memory;

// The process makes its classes; a native poller in the same process is given them when it attaches.
internal static unsafe partial class BlockHeap
{
    private static readonly nint s_classes = Create();

    /// <summary>Where the size classes are, for a native poller.</summary>
    public static nint Classes => s_classes;

    private static nint Create()
    {
        nuint bytes = (nuint)((ClassCount + 1) * sizeof(SizeClass));
        void* classes = NativeMemory.AlignedAlloc(bytes, Reservation.ContentionBytes);
        NativeMemory.Clear(classes, bytes);
        return (nint)classes;
    }
}
