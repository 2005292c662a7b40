using System.Runtime.InteropServices;

namespace FastFence.Polling;

/// <summary>
/// Where the process's native memory is: what the managed side keeps in statics, and a native poller, which has statics of its own
/// runtime, must be given. The C header has the same struct as <c>fastfence_host</c>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct HostWords
{
    /// <summary>Bytes of this struct.</summary>
    public ulong Size;

    /// <summary><see cref="SharedLayout.Hash"/> of the host.</summary>
    public ulong Layout;

    /// <summary>Address of the reservation.</summary>
    public nint ReservationBase;

    /// <summary>Bytes of the reservation.</summary>
    public long ReservationBytes;

    /// <summary>Size classes of the block heap.</summary>
    public nint BlockClasses;

    /// <summary>The three regions.</summary>
    public nint Regions;

    /// <summary>The reclamation domain.</summary>
    public nint Domain;
}

/// <summary>Answers of the native library.</summary>
internal static class AttachResult
{
    /// <summary>Done, or done before with the same words.</summary>
    public const int Attached = 0;

    /// <summary>The struct has another size.</summary>
    public const int SizeDiffers = 1;

    /// <summary>Blocks have another layout: built from other sources.</summary>
    public const int LayoutDiffers = 2;

    /// <summary>The library serves another host of this process.</summary>
    public const int Taken = 3;
}
