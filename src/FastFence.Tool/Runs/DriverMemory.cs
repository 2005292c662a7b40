using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace FastFence.Tool.Runs;

/// <summary>
/// A driver's private data: its name and those of its timelines, in native memory that only its ops reach. Released memory is
/// filled with poison and kept a while before it is used again, so that who reads late reads that.
/// </summary>
internal static unsafe class DriverMemory
{
    /// <summary>Bytes of every name; constant, because a length read from poisoned memory could be anything.</summary>
    internal const int NameBytes = 24;

    /// <summary>No byte of a name; the first one of a poisoned name.</summary>
    internal const byte Poison = 0xFD;

    private const int EntryBytes = 32;

    // Reuse is what turns a late read into a wrong name instead of poison: late enough that no reader is still in there.
    private const int KeptBlocks = 64;

    private static readonly Lock s_gate = new();
    private static readonly Queue<nint> s_released = new(KeptBlocks + 1);

    /// <summary>The ops that read it.</summary>
    internal static ExporterOps Ops => new() { DriverName = &DriverName, TimelineName = &TimelineName, Release = &Release };

    /// <summary>Makes the data of driver <paramref name="serial"/> with so many timelines.</summary>
    internal static nint Create(long serial, int timelines)
    {
        byte* block = Take(timelines + 2);
        *(int*)block = timelines + 1;
        Write(NameAt((nint)block, 0), "driver-"u8, serial);
        for (int i = 0; i < timelines; i++)
        {
            Write(NameAt((nint)block, i + 1), "timeline-"u8, (serial * 10_000) + i);
        }

        return (nint)block;
    }

    /// <summary>Address of a name: 0 is the driver's, then those of the timelines.</summary>
    internal static nint NameAt(nint block, int index) => block + ((index + 1) * EntryBytes);

    /// <summary>The name there.</summary>
    internal static ReadOnlySpan<byte> Text(nint name) => new((void*)name, NameBytes);

    private static Utf8Name DriverName(in FenceOpArgs args) => new(NameAt(args.ExporterData, 0), NameBytes);

    private static Utf8Name TimelineName(in FenceOpArgs args) => new(args.TimelineData, NameBytes);

    // On the engine's reclaimer, after the last grace period.
    private static void Release(nint block)
    {
        new Span<byte>((void*)NameAt(block, 0), *(int*)block * EntryBytes).Fill(Poison);
        lock (s_gate)
        {
            s_released.Enqueue(block);
        }
    }

    private static byte* Take(int entries)
    {
        lock (s_gate)
        {
            if (s_released.Count >= KeptBlocks)
            {
                NativeMemory.AlignedFree((void*)s_released.Dequeue());
            }
        }

        return (byte*)NativeMemory.AlignedAlloc((nuint)(entries * EntryBytes), 64);
    }

    private static void Write(nint at, ReadOnlySpan<byte> prefix, long number)
    {
        Span<byte> name = new((void*)at, NameBytes);
        prefix.CopyTo(name);
        Utf8Formatter.TryFormat(number, name[prefix.Length..], out _, new System.Buffers.StandardFormat('D', (byte)(NameBytes - prefix.Length)));
    }
}
