using System.Runtime.InteropServices;

namespace FastFence.Recording;

/// <summary>Code that was loaded in the process, in the recorder's area: what an address of <see cref="RecordCall"/> belongs to.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct RecordModule
{
    /// <summary>Bytes of a module's place.</summary>
    public const int Bytes = 256;

    /// <summary>Bytes of <see cref="Path"/>, the last one 0.</summary>
    public const int PathBytes = 232;

    /// <summary>First address.</summary>
    [FieldOffset(0)]
    public ulong Begin;

    /// <summary>First address behind it.</summary>
    [FieldOffset(8)]
    public ulong End;

    /// <summary>What was added to the file's own addresses when it was loaded: addr2line wants an address less this.</summary>
    [FieldOffset(16)]
    public ulong Bias;

    /// <summary>Its file, UTF-8, ended by 0.</summary>
    [FieldOffset(24)]
    public fixed byte Path[PathBytes];
}
