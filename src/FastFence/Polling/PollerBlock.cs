using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Rings;

namespace FastFence.Polling;

/// <summary>The rings of a poller: replaced as a whole, the former set freed after a grace period.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RingSet
{
    /// <summary>Rings in it.</summary>
    public int Count;

    /// <summary>Interrupt words of devices in other processes, behind the rings; at most <see cref="MaxInterrupts"/>.</summary>
    public int Interrupts;

    /// <summary>Most words that a poller sleeps on beside its own. Others' interrupts are heard when its park ends.</summary>
    public const int MaxInterrupts = 127; // FUTEX_WAITV_MAX - 1

    /// <summary>Bytes of a set of <paramref name="count"/> rings and so many interrupt words.</summary>
    public static long BytesFor(int count, int interrupts = 0) => sizeof(RingSet) + (((long)count + interrupts) * sizeof(RingBlock*));

    /// <summary>The rings.</summary>
    public static RingBlock** Items(RingSet* set) => (RingBlock**)(set + 1);

    /// <summary>The interrupt words, each once.</summary>
    public static uint** InterruptsOf(RingSet* set) => (uint**)(Items(set) + set->Count);

    /// <summary>The set that a turn goes by; null = none yet. Good until the poller's next quiescent state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RingSet* Of(PollerBlock* poller)
    {
        // [RING-SET-READ] acquire: the set is read after its address. Pairs with [RING-SET].
        return (RingSet*)Atomic.LoadAcquire(ref poller->Rings);
    }

    /// <summary>Publishes a set that is written as a whole; the former one, which the poller may use until its next quiescent state.</summary>
    public static RingSet* Replace(PollerBlock* poller, RingSet* set)
    {
        // [RING-SET] full: the set's content stands before the poller sees it. Pairs with [RING-SET-READ]. Without it a
        // turn would follow pointers of rings that are not written yet.
        return (RingSet*)Atomic.ExchangeFull(ref poller->Rings, (nint)set);
    }
}

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
