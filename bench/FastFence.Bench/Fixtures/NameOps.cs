using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastFence.Bench.Fixtures;

/// <summary>An exporter that answers for its name by op, as drivers with changing names do.</summary>
internal static unsafe class NameOps
{
    /// <summary>The ops.</summary>
    public static ExporterOps Ops => new() { DriverName = &DriverName };

    private static Utf8Name DriverName(in FenceOpArgs args)
    {
        ReadOnlySpan<byte> name = "bench-driver-by-op"u8; // in the image: never moves
        return new Utf8Name((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name)), name.Length);
    }
}
