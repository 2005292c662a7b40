using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence.Bench.Rows;

/// <summary>How many a second with two threads.</summary>
internal static unsafe class ThroughputRows
{
    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "create + signal + release, 2 threads",
            Threads = 2,
            IsThroughput = true,
            Must = Must.MillionsPerSecond(100),
            Ours = TwoThreads,
            Peers = [TwoTaskThreads],
        },
        new()
        {
            Operation = "defer + reclaim, 1 writer, 1 casual reader",
            Threads = 2,
            IsThroughput = true,
            Must = Must.MillionsPerSecond(120),
            Ours = DeferReclaim,
            Peers =
            [
                .. TwoThreadPeersInC.Reclaiming("liburcu memb, call_rcu", "urcu_memb", SwapRows.CallsInBatch),
                .. TwoThreadPeersInC.Reclaiming("liburcu qsbr, call_rcu", "urcu_qsbr", SwapRows.CallsInBatch),
                .. TwoThreadPeersInC.Reclaiming("ck_epoch", "ck_epoch", LifeRows.FencesInBatch),
            ],
        },
    ];

    private static TwoThreadLoop TwoThreads()
    {
        BenchEngine engine = new();
        Timeline here = engine.Timeline;
        Timeline there = engine.NewTimeline();
        return new TwoThreadLoop("FastFence", t => Lives(here, t), t => Lives(there, t), sameTwice: true, engine);
    }

    private static TwoThreadLoop TwoTaskThreads() =>
        new TwoThreadLoop("TaskCompletionSource.SetResult", TaskLives, TaskLives, sameTwice: true);

    private static void Lives(Timeline timeline, int times)
    {
        for (int i = 0; i < times; i++)
        {
            timeline.TryCreateFence(out FenceSource source);
            source.Signal();
            source.Dispose();
        }
    }

    internal static void TaskLives(int times)
    {
        TaskCompletionSource? last = null;
        for (int i = 0; i < times; i++)
        {
            last = new TaskCompletionSource();
            Keep(last);
            last.SetResult();
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Keep(object o) => GC.KeepAlive(o);

    // Callback nodes: the engine's plain objects, without a fence's account on its timeline.
    private static BesideLoop DeferReclaim()
    {
        BenchEngine engine = new();
        return new BesideLoop("FastFence", times =>
        {
            ThreadCache* cache = Registry.CacheOf(&engine.Engine.Block->Pools);
            for (int i = 0; i < times;)
            {
                uint node = CallbackList.Take(cache);
                if (node != 0) // else the reader stands still inside a section, with as much behind it as may wait
                {
                    CallbackList.Give(cache, node);
                    i++;
                }
            }
        }, GracePeriodRows.ReadCasually, engine, LifeRows.FencesInBatch);
    }
}
