using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Bench.Profiles;

/// <summary>Create + signal + release, with less and less of what the public way does.</summary>
internal static unsafe class LifePath
{
    public static IEnumerable<ProfileStep> Steps =>
    [
        new("public, precise clock", () => Public(new BenchEngine(publishedClock: false))),
        new("public, published clock", () => Public(new BenchEngine())),
        new("public, published clock, poison off", () => Public(new BenchEngine(poison: false))),
        new("public, time given, poison off", () => TimeGiven(new BenchEngine(poison: false))),
        new("one thread-static fetch and one section for all three", () => OneSection(new BenchEngine())),
        new("cache and reader in hand, one section", () => CacheInHand(new BenchEngine())),
        new("cache in hand, no section; create by Timeline.TryCreateFence", () => Mixed(new BenchEngine(), create: true)),
        new("cache in hand, no section; signal by FenceSource.Signal", () => Mixed(new BenchEngine(), signal: true)),
        new("cache in hand, no section; release by FenceSource.Dispose", () => Mixed(new BenchEngine(), release: true)),
        new("cache in hand, no section", () => NoSection(new BenchEngine(), signal: true)),
        new("cache in hand, no section, poison off", () => NoSection(new BenchEngine(poison: false), signal: true)),
        new("cache in hand, no section, magazine 256", () => NoSection(new BenchEngine(magazine: 256), signal: true)),
        new("cache in hand, no section, magazine 128", () => NoSection(new BenchEngine(magazine: 128), signal: true)),
        new("cache in hand, no section, magazine 64", () => NoSection(new BenchEngine(magazine: 64), signal: true)),
        new("cache in hand, no section, magazine 32", () => NoSection(new BenchEngine(magazine: 32), signal: true)),
        new("cache in hand, no section, poison off, magazine 64", () => NoSection(new BenchEngine(poison: false, magazine: 64), signal: true)),
        new("public, published clock, magazine 64", () => Public(new BenchEngine(magazine: 64))),
        new("public, published clock, poison off, magazine 64", () => Public(new BenchEngine(poison: false, magazine: 64))),
        new("poison off, closed by a plain store instead of the exchange", () => NoSection(new BenchEngine(poison: false), signal: false)),
    ];

    private static LoopContender Public(BenchEngine engine) => LifeRows.CreateSignalRelease(engine);

    private static LoopContender TimeGiven(BenchEngine engine)
    {
        Timeline timeline = engine.Timeline;
        long now = MonotonicClock.Nanoseconds;
        return new LoopContender("FastFence", times =>
        {
            for (int i = 0; i < times; i++)
            {
                timeline.TryCreateFence(out FenceSource source);
                source.SignalAt(default, now);
                source.Dispose();
            }
        }, engine, LifeRows.FencesInBatch);
    }

    private static LoopContender OneSection(BenchEngine engine) => new LoopContender("FastFence", times =>
    {
        // Other engines' batches ran before: this engine's cache becomes the thread's current one again.
        Registry.CacheOf(&engine.Engine.Block->Pools);
        for (int i = 0; i < times; i++)
        {
            ref ThreadWords words = ref Registry.Current;
            Reader.Enter(words.Cache->Domain, words.Reader);
            Live(words.Cache, engine.Timeline.Block, signal: true);
            Reader.Exit(words.Reader);
        }
    }, engine, LifeRows.FencesInBatch);

    private static LoopContender CacheInHand(BenchEngine engine) => new LoopContender("FastFence", times =>
    {
        ThreadCache* cache = Registry.CacheOf(&engine.Engine.Block->Pools);
        TimelineBlock* timeline = engine.Timeline.Block;
        for (int i = 0; i < times; i++)
        {
            Reader.Enter(cache->Domain, cache->Reader);
            Live(cache, timeline, signal: true);
            Reader.Exit(cache->Reader);
        }
    }, engine, LifeRows.FencesInBatch);

    private static LoopContender NoSection(BenchEngine engine, bool signal) => new LoopContender("FastFence", times =>
    {
        ThreadCache* cache = Registry.CacheOf(&engine.Engine.Block->Pools);
        TimelineBlock* timeline = engine.Timeline.Block;
        for (int i = 0; i < times; i++)
        {
            Live(cache, timeline, signal);
        }
    }, engine, LifeRows.FencesInBatch);

    // One of the three steps the public way, the others with everything in hand: what each step costs on top.
    private static LoopContender Mixed(BenchEngine engine, bool create = false, bool signal = false, bool release = false) =>
        new("FastFence", times =>
        {
            ThreadCache* cache = Registry.CacheOf(&engine.Engine.Block->Pools);
            Timeline timeline = engine.Timeline;
            for (int i = 0; i < times; i++)
            {
                FenceSource source = default;
                if (create)
                {
                    timeline.TryCreateFence(out source);
                }
                else
                {
                    source = Create(cache, timeline.Block);
                }

                ulong handle = source.Unmarked.Value;
                if (signal)
                {
                    source.Signal();
                }
                else
                {
                    Signal(cache, timeline.Block, handle);
                }

                if (release)
                {
                    source.Dispose();
                }
                else
                {
                    FenceLife.Release(cache, (uint)handle, FenceSlot.At((uint)handle), (uint)(handle >> 32));
                }
            }
        }, engine, LifeRows.FencesInBatch);

    private static FenceSource Create(ThreadCache* cache, TimelineBlock* timeline)
    {
        ulong seqno = ++timeline->LastSeqno;
        return new FenceSource(FenceLife.Create(cache, timeline, seqno, 0, 1, FenceFlags.Unshared), FencePlace.Of(timeline, seqno));
    }

    private static void Signal(ThreadCache* cache, TimelineBlock* timeline, ulong handle)
    {
        uint index = (uint)handle;
        long now = ((EngineBlock*)cache->Pools)->Clock.Read();
        FenceSignal.CloseInTurn(cache, timeline, index, FenceSlot.At(index), (uint)(handle >> 32), HeadWord.OpenEmpty((uint)(handle >> 32)), 0, now, promised: false);
    }

    private static void Live(ThreadCache* cache, TimelineBlock* timeline, bool signal)
    {
        ulong seqno = ++timeline->LastSeqno;
        ulong handle = FenceLife.Create(cache, timeline, seqno, 0, 1, FenceFlags.Unshared);
        uint index = (uint)handle;
        uint generation = (uint)(handle >> 32);
        FenceSlot* fence = FenceSlot.At(index);
        if (signal)
        {
            long now = ((EngineBlock*)cache->Pools)->Clock.Read();
            FenceSignal.CloseInTurn(cache, timeline, index, fence, generation, HeadWord.OpenEmpty(generation), 0, now, promised: false);
        }
        else
        {
            fence->Head = HeadWord.Closed(0, 1, HeadWord.Quiesced);
            timeline->Completed = seqno;
        }

        FenceLife.Release(cache, index, fence, generation);
    }
}
