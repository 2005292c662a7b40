using System.Runtime.InteropServices;

namespace FastFence.Recording;

/// <summary>A name in the recorder's area.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct RecordName
{
    /// <summary>Bytes of a slot.</summary>
    public const int Bytes = 256;

    /// <summary>Its id in records; 0 = free.</summary>
    [FieldOffset(0)]
    public uint Id;

    /// <summary>Bytes of its text. Free: the next free slot + 1.</summary>
    [FieldOffset(4)]
    public uint Length;

    /// <summary>UTF-8.</summary>
    [FieldOffset(8)]
    public fixed byte Text[NameTable.MaxBytes];
}
