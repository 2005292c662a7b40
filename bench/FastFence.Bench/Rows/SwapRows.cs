using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Bench.Rows;

/// <summary>Reclaiming while a reader looks at what the writer has just published: its lines travel with each object.</summary>
internal static unsafe class SwapRows
{
    private const int Current = 0;
    private const int ReadsBetweenLooks = 64;

    // A batch ends when all is reclaimed, and the thread of liburcu that does so looks every 10 ms: in shorter batches those 10 ms are all one sees, and
    // in these they still are half. Longer ones would leave no turns for the others.
    internal const int CallsInBatch = 1 << 15;

    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "defer + reclaim, reader follows the writer",
            Threads = 2,
            IsThroughput = true,
            Must = Must.MillionsPerSecond(10),
            Ours = Follow,
            Peers =
            [
                .. TwoThreadPeersInC.Followed("liburcu memb, call_rcu", "urcu_memb", CallsInBatch),
                .. TwoThreadPeersInC.Followed("liburcu qsbr, call_rcu", "urcu_qsbr", CallsInBatch),
                .. TwoThreadPeersInC.Followed("liburcu memb, defer_rcu", "urcu_memb", LifeRows.FencesInBatch, TwoThreadPeersInC.Deferring),
                .. TwoThreadPeersInC.Followed("liburcu qsbr, defer_rcu", "urcu_qsbr", LifeRows.FencesInBatch, TwoThreadPeersInC.Deferring),
                .. TwoThreadPeersInC.Followed("ck_epoch", "ck_epoch", LifeRows.FencesInBatch),
            ],
        },
    ];

    private static BesideLoop Follow()
    {
        BenchEngine engine = new();
        SharedWords words = new(1);
        return new BesideLoop(
            "FastFence", times => Swap(Registry.CacheOf(&engine.Engine.Block->Pools), words, times), goOn => Read(words, goOn),
            new Owned(engine, words), LifeRows.FencesInBatch)
        {
            IsByMedian = true,
        };
    }

    // Callback nodes, as in the other row of this kind: the engine's plain objects.
    private static void Swap(ThreadCache* cache, SharedWords words, int times)
    {
        for (int i = 0; i < times; i++)
        {
            uint index = CallbackList.Take(cache);
            if (index == 0)
            {
                Cpu.Pause(); // the reader stands still inside a section, with as much behind it as may wait
                i--;
                continue;
            }

            CallbackNode* node = CallbackNode.At(index);
            node->Function = i;
            node->Argument = ~(nint)i;
            uint old = (uint)words.Read(Current);
            words.Write(Current, index);
            if (old != 0)
            {
                CallbackList.Give(cache, old);
            }
        }

        CallbackList.Give(cache, (uint)words.Read(Current));
        words.Write(Current, 0);
    }

    private static void Read(SharedWords words, Func<bool> goOn)
    {
        while (goOn())
        {
            for (int i = 0; i < ReadsBetweenLooks; i++)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                uint index = (uint)words.Read(Current);
                if (index != 0 && CallbackNode.At(index)->Function != ~CallbackNode.At(index)->Argument)
                {
                    throw new InvalidOperationException("An object was reclaimed under a reader that was inside a section.");
                }
            }
        }
    }
}
