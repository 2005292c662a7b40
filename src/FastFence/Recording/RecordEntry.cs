using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastFence.Recording;

/// <summary>A record of the flight recorder: half a cache line, the same in memory and in files.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct RecordEntry
{
    /// <summary>Bytes of a record.</summary>
    public const int Bytes = 32;

    private const int KindBits = 8;

    /// <summary>Time and kind: see <see cref="Stamped"/>.</summary>
    [FieldOffset(0)]
    public ulong Stamp;

    /// <summary>Context of the fence. Rest: a job's or an await's number, the other fence's context, or the error. Owner, Cpu: the new one.</summary>
    [FieldOffset(8)]
    public ulong Context;

    /// <summary>Its seqno. Rest: the other fence's, how an await ended, or jobs queued (low half) and on the device (high half). Owner, Cpu: the one before.</summary>
    [FieldOffset(16)]
    public ulong Seqno;

    /// <summary>Name ids: driver (low half), timeline (high half); 0 in a rest.</summary>
    [FieldOffset(24)]
    public ulong Names;

    /// <summary>Monotonic ns; 56 bits hold 834 days.</summary>
    public readonly long Time => (long)(Stamp >> KindBits);

    /// <summary>What it says.</summary>
    public readonly RecordKind Kind => (RecordKind)(byte)Stamp;

    /// <summary>Name id of the driver.</summary>
    public readonly uint Driver => (uint)Names;

    /// <summary>Name id of the timeline.</summary>
    public readonly uint Timeline => (uint)(Names >> 32);

    /// <summary>Time and kind in one word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Stamped(long time, RecordKind kind) => ((ulong)time << KindBits) | (byte)kind;
}
