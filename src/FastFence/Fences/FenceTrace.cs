// The flight recorder's hooks: one line at each point of a fence's way. Off, each is a load of a line that is there anyway and a branch.
// What is written comes from the fence's own slot, where it was put at init: neither the exporter nor its memory is asked (C9).
// Native memory only.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>
/// Records of a fence's events. The caller keeps the slot alive: it holds a reference, or sits in the section that saw the fence live.
/// Any thread with its own cache; never blocks.
/// </summary>
internal static unsafe class FenceTrace
{
    /// <summary>Records an event of now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ThreadCache* cache, RecordKind kind, FenceSlot* fence)
    {
        RecordRing* ring = RingOf(cache);
        if (ring != null)
        {
            WriteNow(cache, kind, fence);
        }
    }

    /// <summary>Does the fence's engine record? Safety: the caller holds a reference.</summary>
    public static bool IsOn(FenceSlot* fence)
    {
        EngineBlock* engine = fence->Timeline->Engine;
        return engine != null && Atomic.LoadPlain(&engine->Pools.Recording) != 0;
    }

    /// <summary>Records a wait for a value: of a timeline, by what was read of it while it was there.</summary>
    public static void Wait(ThreadCache* cache, RecordKind kind, ulong context, ulong seqno, ulong names)
    {
        RecordRing* ring = RingOf(cache);
        if (ring != null)
        {
            RecordRing.Write(ring, StampNow(cache, ring, kind), context, seqno, names);
        }
    }

    /// <summary>Records the beginning or the end of an await, by what was read while its fence or timeline was there.</summary>
    public static void Await(ThreadCache* cache, RecordKind kind, ulong context, ulong seqno, ulong names, ulong number, ulong outcome)
    {
        RecordRing* ring = RingOf(cache);
        if (ring != null)
        {
            RecordRing.Write(ring, StampNow(cache, ring, kind), context, seqno, names, number, outcome);
        }
    }

    /// <summary>The name ids of a fence in one word, as records have them. Safety: the caller keeps the slot alive.</summary>
    // The two ids are neighbours in the slot: one load.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong NamesOf(FenceSlot* fence) => *(ulong*)&fence->DriverName;

    /// <summary>Records the signal with the fence's own time stamp, in 64 ns units, and its error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Signaled(ThreadCache* cache, FenceSlot* fence, ulong units, uint error)
    {
        RecordRing* ring = RingOf(cache);
        if (ring != null)
        {
            WriteSignaled(cache, ring, fence, units, error);
        }
    }

    /// <summary>Records an event of a job and what belongs to it.</summary>
    public static void Job(ThreadCache* cache, RecordKind kind, FenceSlot* fence, ulong first, ulong second)
    {
        RecordRing* ring = RingOf(cache);
        if (ring != null)
        {
            RecordRing.Write(ring, StampNow(cache, ring, kind), fence->Context, fence->Seqno, NamesOf(fence), first, second);
        }
    }

    /// <summary>
    /// The thread goes into a callback of the fence; what <see cref="CallEnd"/> wants, null while recording is off. Callbacks of one engine's fences do
    /// not nest on a thread (C12).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RecordRing* CallBegin(ThreadCache* cache, FenceSlot* fence, nint function)
    {
        RecordRing* ring = RingOf(cache);
        if (ring != null)
        {
            RecordCall.Begin(ref ring->Call, function, fence->Context, fence->Seqno, NamesOf(fence));
        }

        return ring;
    }

    /// <summary>The callback has come back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CallEnd(RecordRing* ring)
    {
        if (ring != null)
        {
            RecordCall.End(ref ring->Call);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RecordRing* RingOf(ThreadCache* cache) =>

        // [RECORD-OWN] acquire: the ring is read after its address. Pairs with [RECORD-ON].
        (RecordRing*)Atomic.LoadAcquire(&cache->Record);

    /// <summary>As <see cref="Write"/>, where recording is known to be on; in line but for a thread that has moved, or a clock that has to be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteOn(ThreadCache* cache, RecordKind kind, FenceSlot* fence)
    {
        RecordRing* ring = RingOf(cache);
        long time = ((EngineBlock*)cache->Pools)->Clock.Published;
        if (RecordRing.IsPlain(ring) && time != 0)
        {
            RecordRing.Append(ring, RecordEntry.Stamped(time, kind), fence->Context, fence->Seqno, NamesOf(fence));
        }
        else
        {
            WriteSlowly(cache, ring, kind, fence);
        }
    }

    /// <summary>As <see cref="Signaled"/>, without an error, where recording is known to be on; in line as <see cref="WriteOn"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SignaledOn(ThreadCache* cache, FenceSlot* fence, ulong units)
    {
        RecordRing* ring = RingOf(cache);
        if (RecordRing.IsPlain(ring))
        {
            RecordRing.Append(ring, StampOf(cache, units), fence->Context, fence->Seqno, NamesOf(fence));
        }
        else
        {
            WriteSignaledSlowly(cache, ring, fence, units, 0);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteNow(ThreadCache* cache, RecordKind kind, FenceSlot* fence) => WriteOn(cache, kind, fence);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteSlowly(ThreadCache* cache, RecordRing* ring, RecordKind kind, FenceSlot* fence) =>
        RecordRing.Write(ring, StampNow(cache, ring, kind), fence->Context, fence->Seqno, NamesOf(fence));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteSignaled(ThreadCache* cache, RecordRing* ring, FenceSlot* fence, ulong units, uint error)
    {
        if (error == 0)
        {
            SignaledOn(cache, fence, units);
        }
        else
        {
            WriteSignaledSlowly(cache, ring, fence, units, error);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteSignaledSlowly(ThreadCache* cache, RecordRing* ring, FenceSlot* fence, ulong units, uint error)
    {
        ulong stamp = Atomic.LoadPlain(&ring->Precise) != 0 ? StampNow(cache, ring, RecordKind.FenceSignaled) : StampOf(cache, units);
        if (error == 0)
        {
            RecordRing.Write(ring, stamp, fence->Context, fence->Seqno, NamesOf(fence));
        }
        else
        {
            RecordRing.Write(ring, stamp, fence->Context, fence->Seqno, NamesOf(fence), error, 0);
        }
    }

    // The fence's own time stamp.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong StampOf(ThreadCache* cache, ulong units) =>
        RecordEntry.Stamped(((EngineBlock*)cache->Pools)->StartNanoseconds + (long)(units << HeadWord.TimeShift), RecordKind.FenceSignaled);

    private static ulong StampNow(ThreadCache* cache, RecordRing* ring, RecordKind kind) => RecordEntry.Stamped(
        Atomic.LoadPlain(&ring->Precise) != 0 ? Platform.MonotonicClock.Nanoseconds : ((EngineBlock*)cache->Pools)->Clock.Read(), kind);
}
