using System.Runtime.InteropServices;
using FastFence.Fences;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Rings;

namespace FastFence.Polling;

/// <summary>A poller in native memory; all that its turns touch is reached from here.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct PollerBlock
{
    /// <summary>The engine.</summary>
    [FieldOffset(0)]
    public EngineBlock* Engine;

    /// <summary>Cache of the thread that polls, for who looks on; each poller uses its own.</summary>
    [FieldOffset(8)]
    public ThreadCache* Cache;

    /// <summary>The rings (<see cref="RingSet"/>).</summary>
    [FieldOffset(16)]
    public nint Rings;

    /// <summary>Positions a ring may retire in one turn (fault 43).</summary>
    [FieldOffset(24)]
    public uint Budget;

    /// <summary>Which ring the next turn begins with.</summary>
    [FieldOffset(28)]
    public uint FirstRing;

    /// <summary>Spin this long before yielding, ns.</summary>
    [FieldOffset(32)]
    public long SpinNanoseconds;

    /// <summary>Yield this long before parking, ns.</summary>
    [FieldOffset(40)]
    public long YieldNanoseconds;

    /// <summary>Longest park while something is outstanding, ns.</summary>
    [FieldOffset(48)]
    public long ParkNanoseconds;

    /// <summary>What it writes all the time, on a line of its own.</summary>
    [FieldOffset(128)]
    public PollerWords Words;

    /// <summary>The futex it sleeps on.</summary>
    [FieldOffset(256)]
    public PollerWake Wake;

    /// <summary>Device completion to signal, ns, for rings that keep completion times.</summary>
    [FieldOffset(384)]
    public LatencyCells Latency;

    /// <summary>Positions retired from a ring at one look.</summary>
    [FieldOffset(384 + (LatencyCells.BucketCount * sizeof(ulong)))]
    public LatencyCells BatchSizes;
}
