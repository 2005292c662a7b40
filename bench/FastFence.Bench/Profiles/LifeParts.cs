using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Bench.Profiles;

/// <summary>The parts of create + signal + release, each alone. Alone they overlap less or more than inside: a sum is no total.</summary>
internal static unsafe class LifeParts
{
    private const int Sections = 1024;

    public static IEnumerable<ProfileStep> Steps =>
    [
        new("part: empty call", () => Calls(&Nothing)),
        new("part: thread-static fetch in a call of its own", () => Calls(&FetchReader)),
        new("part: Registry.CacheOf in a call of its own", FetchCache),
        new("part: Section.Enter + Exit in a call of its own", () => Calls(&OpenSection)),
        new("part: Reader.Enter + Exit, reader in hand", ReaderInHand),
        new("part: clock read", () => Calls(&ReadClock)),
        new("part: node take + give + reclaim, poison on", () => Nodes(poison: true)),
        new("part: node take + give + reclaim, poison off", () => Nodes(poison: false)),
        new("part: poison fill + check of one fence slot", PoisonOneSlot),
        new("part: compare-exchange", CompareExchange),
    ];

    private static LoopContender Calls(delegate*<ulong> function)
    {
        nint pointer = (nint)function;
        return new LoopContender("part", times =>
        {
            delegate*<ulong> f = (delegate*<ulong>)pointer;
            ulong sum = 0;
            for (int i = 0; i < times; i++)
            {
                sum += f();
            }

            Sink.Sum += (long)sum;
        }, leastBatch: Sections);
    }

    private static LoopContender FetchCache()
    {
        BenchEngine engine = new();
        return new LoopContender("part", times =>
        {
            PoolSet* pools = &engine.Engine.Block->Pools;
            ulong sum = 0;
            for (int i = 0; i < times; i++)
            {
                sum += CacheOf(pools);
            }

            Sink.Sum += (long)sum;
        }, engine, Sections);
    }

    private static LoopContender ReaderInHand() => new LoopContender("part", times =>
    {
        DomainBlock* domain = Domain.Process;
        ReaderRecord* reader = Registry.CurrentReader();
        for (int i = 0; i < times; i++)
        {
            Reader.Enter(domain, reader);
            Reader.Exit(reader);
        }
    }, leastBatch: Sections);

    private static LoopContender Nodes(bool poison)
    {
        BenchEngine engine = new(poison: poison);
        return new LoopContender("part", times =>
        {
            ThreadCache* cache = Registry.CacheOf(&engine.Engine.Block->Pools);
            for (int i = 0; i < times; i++)
            {
                CallbackList.Give(cache, CallbackList.Take(cache));
            }
        }, engine, LifeRows.FencesInBatch);
    }

    private static LoopContender PoisonOneSlot()
    {
        SharedWords slot = new(1);
        return new LoopContender("part", times =>
        {
            ulong* words = slot.At(0);
            long intact = 0;
            for (int i = 0; i < times; i++)
            {
                Poison.Fill((byte*)words, 64);
                intact += Poison.IsIntact((byte*)words, 64) ? 1 : 0;
            }

            Sink.Sum += intact;
        }, slot, Sections);
    }

    private static LoopContender CompareExchange()
    {
        SharedWords word = new(1);
        return new LoopContender("part", times =>
        {
            ulong* w = word.At(0);
            ulong seen = *w;
            for (int i = 0; i < times; i++)
            {
                seen = Atomic.CompareExchangeFull(ref *w, seen + 1, seen) + 1;
            }
        }, word, Sections);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Nothing() => 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong FetchReader() => (ulong)Registry.CurrentReader();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong CacheOf(PoolSet* pools) => (ulong)Registry.CacheOf(pools);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong OpenSection()
    {
        Section.Enter();
        Section.Exit();
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong ReadClock() => (ulong)MonotonicClock.Nanoseconds;
}
