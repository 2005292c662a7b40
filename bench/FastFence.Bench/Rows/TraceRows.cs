using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Bench.Rows;

/// <summary>What it costs to be seen: a record, a counter, and a whole life with the recorder on.</summary>
internal static unsafe class TraceRows
{
    public static IEnumerable<GateRow> All =>
    [
        Record("off", RecordingMode.Off, 0.5),
        Record("on, coarse clock", RecordingMode.Coarse, 3),
        Record("on, precise clock", RecordingMode.Precise, 30),
        new()
        {
            Operation = "create + signal + release: what the recorder adds (3 records)",
            Must = Must.Nanoseconds(8),
            Ours = () => LifeRows.CreateSignalRelease(new BenchEngine(recording: RecordingMode.Coarse)),
            EmptyCall = () => LifeRows.CreateSignalRelease(new BenchEngine()),
        },
        new()
        {
            Operation = "counter increment",
            Absent = "no must is written for it: a figure",
            Ours = Increment,
            EmptyCall = Nothing,
        },
    ];

    private static GateRow Record(string how, RecordingMode mode, double must) => new()
    {
        Operation = $"trace record, {how}",
        Must = Must.Nanoseconds(must),
        Ours = () => Record(mode),
        EmptyCall = Nothing,
    };

    private static LoopContender Record(RecordingMode mode)
    {
        BenchEngine engine = new(recording: mode);
        FenceSource source = engine.Timeline.CreateFence();
        FenceSlot* slot = source.Fence.Slot;
        PoolSet* pools = &engine.Engine.Block->Pools;
        return new LoopContender("FastFence", times =>
        {
            ThreadCache* cache = Registry.CacheOf(pools);
            for (int i = 0; i < times; i++)
            {
                FenceTrace.Write(cache, RecordKind.FenceEnableSignal, slot);
            }
        }, engine, LifeRows.FencesInBatch);
    }

    private static LoopContender Increment()
    {
        BenchEngine engine = new();
        PoolSet* pools = &engine.Engine.Block->Pools;
        return new LoopContender("FastFence", times =>
        {
            ThreadCache* cache = Registry.CacheOf(pools);
            for (int i = 0; i < times; i++)
            {
                ThreadCache.Count(cache, Counter.NamesRead);
            }
        }, engine, LifeRows.FencesInBatch);
    }

    private static LoopContender Nothing() => new LoopContender("empty loop", times =>
    {
        long count = 0;
        for (int i = 0; i < times; i++)
        {
            count ^= i;
        }

        Sink.Sum += count;
    }, leastBatch: 1024);
}
