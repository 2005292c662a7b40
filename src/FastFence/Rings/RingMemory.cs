using FastFence.Fences;
using FastFence.Memory;

namespace FastFence.Rings;

/// <summary>Making and freeing the native memory of a ring.</summary>
internal static unsafe class RingMemory
{
    /// <summary>A ring over a timeline; null when memory is out.</summary>
    public static RingBlock* Create(
        EngineBlock* engine, TimelineBlock* timeline, uint capacity, uint wordBits, nint word, bool keepTimes, long holeNanoseconds,
        nint times = 0)
    {
        RingBlock* ring = (RingBlock*)BlockHeap.TryAllocate(sizeof(RingBlock));
        if (ring == null)
        {
            return null;
        }

        ring->Engine = engine;
        ring->Timeline = timeline;
        ring->Capacity = capacity;
        ring->WordBits = wordBits;
        ring->Commands = (RingSlot*)BlockHeap.TryAllocate((long)capacity * sizeof(RingSlot));
        ring->Retire = (ulong*)BlockHeap.TryAllocate((long)capacity * sizeof(ulong));
        ring->TimesAreTheirs = times != 0 ? 1u : 0;
        ring->CompletionTimes = times != 0 ? (long*)times : keepTimes ? (long*)BlockHeap.TryAllocate((long)capacity * sizeof(long)) : null;
        ring->Word = word != 0 ? (byte*)word : (byte*)&ring->OwnWord;
        ring->TimeoutNanoseconds = timeline->TimeoutNanoseconds;
        ring->HoleNanoseconds = holeNanoseconds;
        ring->Seen = timeline->StartSeqno;
        ring->FeedCursor = timeline->StartSeqno;
        if (ring->Commands == null || ring->Retire == null || (keepTimes && ring->CompletionTimes == null))
        {
            Free(ring);
            return null;
        }

        if (wordBits == 32)
        {
            *(uint*)ring->Word = (uint)timeline->StartSeqno;
        }
        else
        {
            *(ulong*)ring->Word = timeline->StartSeqno;
        }

        return ring;
    }

    /// <summary>Frees it. Safety: no poller, emitter or device reaches it any more.</summary>
    public static void Free(RingBlock* ring)
    {
        FreePart(ring->Commands, (long)ring->Capacity * sizeof(RingSlot));
        FreePart(ring->Retire, (long)ring->Capacity * sizeof(ulong));
        if (ring->TimesAreTheirs == 0)
        {
            FreePart(ring->CompletionTimes, (long)ring->Capacity * sizeof(long));
        }

        FreePart((void*)ring->Waits, RingFeed.BytesFor(ring->Capacity));
        BlockHeap.Free(ring, sizeof(RingBlock));
    }

    /// <summary>Frees it after a grace period: the poller's former sets and stopped emitters may still name it.</summary>
    public static void Retire(RingBlock* ring) => PrivateHeap.Retire(ring->Engine, (nint)ring, (nint)(delegate*<nint, void>)&Destroy, 0, 0);

    private static void Destroy(nint ring) => Free((RingBlock*)ring);

    private static void FreePart(void* part, long bytes)
    {
        if (part != null)
        {
            BlockHeap.Free(part, bytes);
        }
    }
}
