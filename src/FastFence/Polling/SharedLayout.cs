// The managed side and the native library read the same blocks. Both are compiled from the same files, but one of them may be
// older than the other: what would make them misread each other goes into one number, compared before anything else.
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Rings;

namespace FastFence.Polling;

/// <summary>Sizes, offsets and encodings of all that the native poller shares with its host.</summary>
internal static unsafe class SharedLayout
{
    /// <summary>Rises when a shared word changes its meaning and no size or offset does.</summary>
    public const ulong Version = 5;

    /// <summary>FNV-1a over the facts.</summary>
    public static ulong Hash()
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        Mix(ref hash, Version);
        Mix(ref hash, (ulong)Counter.Count);
        Mix(ref hash, HeadWord.Closed(1, 1, HeadWord.Quiesced));
        Mix(ref hash, HeadWord.OpenEmpty(uint.MaxValue));
        MixSizes(ref hash);
        MixEngine(ref hash);
        MixCache(ref hash);
        MixTimeline(ref hash);
        MixRecorder(ref hash);
        return hash;
    }

    private static void MixSizes(ref ulong hash)
    {
        Mix(ref hash, (ulong)sizeof(HostWords));
        Mix(ref hash, (ulong)sizeof(PollerControl));
        Mix(ref hash, (ulong)sizeof(PollerBlock));
        Mix(ref hash, (ulong)sizeof(PollerWords));
        Mix(ref hash, (ulong)sizeof(PollerWake));
        Mix(ref hash, (ulong)sizeof(RingSet));
        Mix(ref hash, (ulong)sizeof(EngineBlock));
        Mix(ref hash, (ulong)sizeof(PoolSet));
        Mix(ref hash, (ulong)sizeof(SlotPool));
        Mix(ref hash, (ulong)sizeof(SlabInfo));
        Mix(ref hash, (ulong)sizeof(ThreadCache));
        Mix(ref hash, (ulong)sizeof(SlotCache));
        Mix(ref hash, (ulong)sizeof(LimboRing));
        Mix(ref hash, (ulong)sizeof(CounterCells));
        Mix(ref hash, (ulong)sizeof(Bag));
        Mix(ref hash, (ulong)sizeof(DomainBlock));
        Mix(ref hash, (ulong)sizeof(ReaderRecord));
        Mix(ref hash, (ulong)sizeof(FenceSlot));
        Mix(ref hash, (ulong)sizeof(CallbackNode));
        Mix(ref hash, (ulong)sizeof(TimelineBlock));
        Mix(ref hash, (ulong)sizeof(DispatchQueue));
        Mix(ref hash, (ulong)sizeof(AwaitHub));
        Mix(ref hash, (ulong)sizeof(WaitGroup));
        Mix(ref hash, (ulong)sizeof(RetireList));
        Mix(ref hash, (ulong)sizeof(RingBlock));
        Mix(ref hash, (ulong)sizeof(RingSlot));
        Mix(ref hash, (ulong)sizeof(RingWait));
        Mix(ref hash, (ulong)sizeof(RingDriverWords));
        Mix(ref hash, (ulong)sizeof(LatencyCells));
        Mix(ref hash, (ulong)sizeof(ClockWord));
        Mix(ref hash, (ulong)sizeof(RecordRing));
        Mix(ref hash, (ulong)sizeof(RecordEntry));
        Mix(ref hash, (ulong)RecordKind.AwaitEnd);
    }

    private static void MixEngine(ref ulong hash)
    {
        EngineBlock engine = default;
        Offset(ref hash, &engine, &engine.Domain);
        Offset(ref hash, &engine, &engine.StartNanoseconds);
        Offset(ref hash, &engine, &engine.OwnedCode);
        Offset(ref hash, &engine, &engine.Clock);
        Offset(ref hash, &engine, &engine.Dispatch);
        Offset(ref hash, &engine, &engine.Hub);
        Offset(ref hash, &engine, &engine.Pools.BagCapacity);
        Offset(ref hash, &engine, &engine.Pools.LimboBound);
        Offset(ref hash, &engine, &engine.Pools.EmptyBags);
        Offset(ref hash, &engine, &engine.Pools.LimboSlots);
        Offset(ref hash, &engine, &engine.Pools.Fences);
        Offset(ref hash, &engine, &engine.Pools.Nodes);
        Offset(ref hash, &engine, &engine.Pools.Fences.FullBags);
    }

    private static void MixCache(ref ulong hash)
    {
        ThreadCache cache = default;
        Offset(ref hash, &cache, &cache.Pools);
        Offset(ref hash, &cache, &cache.Domain);
        Offset(ref hash, &cache, &cache.Reader);
        Offset(ref hash, &cache, &cache.Record);
        Offset(ref hash, &cache, &cache.RunHead);
        Offset(ref hash, &cache, &cache.RunTail);
        Offset(ref hash, &cache, &cache.Fences);
        Offset(ref hash, &cache, &cache.Nodes);
        Offset(ref hash, &cache, &cache.Late);
        Offset(ref hash, &cache, &cache.Counters);
    }

    private static void MixRecorder(ref ulong hash)
    {
        RecordRing ring = default;
        Offset(ref hash, &ring, &ring.Count);
        Offset(ref hash, &ring, &ring.Mask);
        Offset(ref hash, &ring, &ring.Precise);
        Offset(ref hash, &ring, &ring.Cpu);
        Offset(ref hash, &ring, &ring.CpuAt);
        Offset(ref hash, &ring, &ring.CpuOffset);
        Offset(ref hash, &ring, &ring.Call);
    }

    private static void MixTimeline(ref ulong hash)
    {
        TimelineBlock timeline = default;
        Offset(ref hash, &timeline, &timeline.Completed);
        Offset(ref hash, &timeline, &timeline.LastSeqno);
        Offset(ref hash, &timeline, &timeline.LastUnits);
        Offset(ref hash, &timeline, &timeline.Awaited);
        Offset(ref hash, &timeline, &timeline.WaiterStack);
        Offset(ref hash, &timeline, &timeline.WaiterFlag);
        FenceSlot fence = default;
        Offset(ref hash, &fence, &fence.RefGen);
        Offset(ref hash, &fence, &fence.Flags);
        Offset(ref hash, &fence, &fence.Timeline);
    }

    private static void Offset(ref ulong hash, void* block, void* field) => Mix(ref hash, (ulong)((byte*)field - (byte*)block));

    private static void Mix(ref ulong hash, ulong fact) => hash = (hash ^ fact) * 0x0000_0100_0000_01B3;
}
