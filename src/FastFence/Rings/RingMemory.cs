using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;

namespace FastFence.Rings;

/// <summary>Making and freeing the native memory of a ring.</summary>
internal static unsafe class RingMemory
{
    /// <summary>A ring over a timeline; null when memory is out.</summary>
    public static RingBlock* Create(
        EngineBlock* engine, TimelineBlock* timeline, uint capacity, uint wordBits, nint word, bool keepTimes, long holeNanoseconds,
        nint times = 0, RingAddresses addresses = default)
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
        ring->IsShared = addresses.Commands != 0 ? 1u : 0;
        ring->Commands = ring->IsShared != 0 ? (RingSlot*)addresses.Commands : (RingSlot*)BlockHeap.TryAllocate((long)capacity * sizeof(RingSlot));
        if (ring->IsShared != 0)
        {
            word = addresses.CompletionWord;
            times = addresses.CompletionTimes;
        }

        ring->Doorbell = ring->IsShared != 0 ? (uint*)addresses.Doorbell : &ring->DoorbellAsleep;
        ring->Interrupt = (uint*)addresses.Interrupt;
        ring->InUse = (uint*)addresses.InUse;
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

        SetWord(ring, timeline->StartSeqno);
        return ring;
    }

    /// <summary>
    /// Moves a ring to other shared memory: commands and their numbers as they are, the word at what was seen last. Gives the word that says whether
    /// the former memory is in use. Safety: the state is <see cref="RingState.Moving"/>, and a grace period has passed since.
    /// </summary>
    public static nint Move(RingBlock* ring, RingAddresses addresses)
    {
        nint former = (nint)ring->InUse;
        Buffer.MemoryCopy(
            ring->Commands, (void*)addresses.Commands, (long)ring->Capacity * sizeof(RingSlot), (long)ring->Capacity * sizeof(RingSlot));
        ring->Commands = (RingSlot*)addresses.Commands;
        ring->Word = (byte*)addresses.CompletionWord;
        ring->CompletionTimes = (long*)addresses.CompletionTimes;
        ring->Doorbell = (uint*)addresses.Doorbell;
        ring->Interrupt = (uint*)addresses.Interrupt;
        ring->InUse = (uint*)addresses.InUse;
        ring->HasRefused = 0;
        ring->HoleSeen = 0;
        SetWord(ring, ring->Seen);
        return former;
    }

    /// <summary>Gives shared memory up after a grace period: a stopped producer and the poller's former set may still name it.</summary>
    public static void GiveUpLater(EngineBlock* engine, nint inUse) =>
        PrivateHeap.Retire(engine, inUse, (nint)(delegate*<nint, void>)&GiveUp, 0, 0);

    private static void SetWord(RingBlock* ring, ulong position)
    {
        if (ring->WordBits == 32)
        {
            *(uint*)ring->Word = (uint)position;
        }
        else
        {
            *(ulong*)ring->Word = position;
        }
    }

    private static void GiveUp(nint inUse)
    {
        if (inUse != 0)
        {
            // [RING-GIVE-UP] release: the last use stands before the word. Pairs with [RING-GIVE-UP] (whoever reads 0 and unmaps). Without it memory is
            // unmapped under its last reader.
            Atomic.StoreRelease(ref *(uint*)inUse, 0);
        }
    }

    /// <summary>Frees it. Safety: no poller, emitter or device reaches it any more.</summary>
    public static void Free(RingBlock* ring)
    {
        if (ring->IsShared == 0)
        {
            FreePart(ring->Commands, (long)ring->Capacity * sizeof(RingSlot));
        }

        GiveUp((nint)ring->InUse);
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
