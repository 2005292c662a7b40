// Whether an unmanaged function pointer leads into managed code. The runtime's entry stubs for that live in memory it makes as it
// goes; compiled native code lives in an image that the loader knows. Ahead of time everything is in images, so there what lies in
// the image of this very code counts as managed.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastFence.Platform;

/// <summary>Answer of the loader about an address: the C library's <c>Dl_info</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ImageAddress
{
    /// <summary>Path of the image.</summary>
    public nint Path;

    /// <summary>Where it is mapped.</summary>
    public nint Base;

    /// <summary>The nearest symbol.</summary>
    public nint Symbol;

    /// <summary>Its address.</summary>
    public nint SymbolAddress;
}

/// <summary>Telling native functions from ways into the runtime. Any managed thread; the first look at a function takes about a microsecond.</summary>
internal static unsafe class NativeCode
{
    private const int Remembered = 64;
    private const ulong NativeBit = 1UL << 63;

    // Function and answer in one word, so that a race costs a look and nothing else.
    private static readonly ulong[] s_seen = new ulong[Remembered];
    private static readonly nint s_own = FindOwnImage();

    /// <summary>
    /// Is it native code? False when it leads into managed code, and when that cannot be told (no loader to ask, code made at run
    /// time): taken for managed it runs later, taken for native it would stop a poller with the garbage collector.
    /// </summary>
    public static bool IsNative(nint function)
    {
        ref ulong seen = ref s_seen[(int)((nuint)function >> 4) & (Remembered - 1)];
        ulong word = seen;
        if ((word & ~NativeBit) != (ulong)function)
        {
            nint image = ImageOf(function);
            word = (ulong)function | (image != 0 && image != s_own ? NativeBit : 0);
            seen = word;
        }

        return (word & NativeBit) != 0;
    }

    private static nint ImageOf(nint address)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return 0;
        }

        try
        {
            ImageAddress found = default;
            return Libc.FindImage(address, &found) != 0 ? found.Base : 0;
        }
        catch (EntryPointNotFoundException)
        {
            return 0; // a C library before 2.34 keeps it elsewhere
        }
    }

    private static nint FindOwnImage()
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            return 0;
        }

        delegate*<nint> here = &FindOwnImage;
        return ImageOf((nint)here);
    }
}
