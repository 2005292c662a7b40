using System.Runtime.InteropServices;

namespace FastFence.Tool.Runs;

/// <summary>What is expected of the fences of one context, 128 bytes in native memory.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct ContextEntry
{
    [FieldOffset(0)]
    internal ulong Context;

    /// <summary>Latest that a callback has seen.</summary>
    [FieldOffset(8)]
    internal ulong LastSeqno;

    /// <summary>Its time.</summary>
    [FieldOffset(16)]
    internal long LastTimestamp;

    /// <summary>The context is a ring's: its callbacks all run on one thread, so their order can be told.</summary>
    [FieldOffset(24)]
    internal uint IsRing;

    [FieldOffset(32)]
    private fixed byte _driver[DriverMemory.NameBytes];

    [FieldOffset(64)]
    private fixed byte _timeline[DriverMemory.NameBytes];

    /// <summary>The driver's real name.</summary>
    internal Span<byte> Driver => MemoryMarshal.CreateSpan(ref _driver[0], DriverMemory.NameBytes);

    /// <summary>The timeline's real name.</summary>
    internal Span<byte> Timeline => MemoryMarshal.CreateSpan(ref _timeline[0], DriverMemory.NameBytes);
}

/// <summary>Expectations by context, copied when a timeline is made; the oldest are overwritten. Any thread reads.</summary>
internal sealed unsafe class ContextTable : IDisposable
{
    // Contexts rise by one and only those of the drivers in use, a few thousand at most, have pending fences.
    private const int Entries = 4096;

    private readonly ContextEntry* _entries =
        (ContextEntry*)NativeMemory.AlignedAlloc((nuint)(Entries * sizeof(ContextEntry)), (nuint)sizeof(ContextEntry));

    internal ContextTable() => NativeMemory.Clear(_entries, (nuint)(Entries * sizeof(ContextEntry)));

    /// <summary>Notes a timeline before its first fence.</summary>
    internal void Add(ulong context, nint driverName, nint timelineName, bool isRing)
    {
        ContextEntry* entry = _entries + (context % Entries);
        Volatile.Write(ref entry->Context, 0);
        DriverMemory.Text(driverName).CopyTo(entry->Driver);
        DriverMemory.Text(timelineName).CopyTo(entry->Timeline);
        entry->LastSeqno = 0;
        entry->LastTimestamp = 0;
        entry->IsRing = isRing ? 1u : 0;
        Volatile.Write(ref entry->Context, context);
    }

    /// <summary>The entry of a context, or null when it is unknown.</summary>
    internal ContextEntry* Find(ulong context)
    {
        ContextEntry* entry = _entries + (context % Entries);
        return context != 0 && Volatile.Read(ref entry->Context) == context ? entry : null;
    }

    public void Dispose() => NativeMemory.AlignedFree(_entries);
}
