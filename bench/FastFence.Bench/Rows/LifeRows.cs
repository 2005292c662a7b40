using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>Create, signal, release.</summary>
internal static class LifeRows
{
    // Four sealed bags and an advance with its process-wide barrier lie in each batch of fences.
    internal const int FencesInBatch = 1 << 13;

    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "create + release (pending: ends as canceled)",
            Must = Must.Nanoseconds(8),
            Ours = () => CreateRelease(new BenchEngine()),
            Peers = [TaskSource, ManualResetEvent, CancellationSource, .. InC("create_release")],
        },
        new()
        {
            Operation = "create + signal + release, published clock",
            Must = Must.Nanoseconds(15),
            Ours = () => CreateSignalRelease(new BenchEngine()),
            Peers = [TaskSourceSet, ManualResetEventSet, CancellationSourceCancel, .. InC("life")],
        },
        new()
        {
            Operation = "create + signal + release, thread in hand",
            Must = Must.Nanoseconds(15),
            Ours = () => InHand(new BenchEngine()),
            Peers = [TaskSourceSet, ManualResetEventSet, CancellationSourceCancel, .. InC("life")],
        },
        new()
        {
            Operation = "create + signal + release, shared fence",
            Must = Must.Nanoseconds(20),
            Ours = () => CreateShareSignalRelease(new BenchEngine()),
            Peers = [TaskSourceSet, ManualResetEventSet, CancellationSourceCancel],
        },
        new()
        {
            Operation = "create + signal + release, precise clock",
            Must = Must.Nanoseconds(42),
            Ours = () => CreateSignalRelease(new BenchEngine(publishedClock: false)),
            Peers = [TaskSourceSet, ManualResetEventSet],
        },
    ];

    internal static LoopContender CreateSignalReleaseAs(string name) => CreateSignalRelease(new BenchEngine(), name);

    internal static LoopContender CreateSignalRelease(BenchEngine engine, string name = "FastFence")
    {
        Timeline timeline = engine.Timeline;
        return new LoopContender(name, times =>
        {
            for (int i = 0; i < times; i++)
            {
                timeline.TryCreateFence(out FenceSource source);
                source.Signal();
                source.Dispose();
            }
        }, engine, FencesInBatch);
    }

    // The sketch pays for grace periods as we do; the textbook's slots come back at once.
    private static IEnumerable<Func<Contender>> InC(string loop) =>
        [.. PeersInC.Of("C sketch", $"sketch_{loop}", FencesInBatch), .. PeersInC.Of("C textbook, no grace period", $"textbook_{loop}", FencesInBatch)];

    internal static LoopContender InHand(BenchEngine engine)
    {
        Timeline timeline = engine.Timeline;
        return new LoopContender("FastFence", times =>
        {
            FenceThread thread = FenceThread.GetCurrent();
            for (int i = 0; i < times; i++)
            {
                thread.TryCreateFence(timeline, out FenceSource source);
                thread.Signal(source);
                thread.Dispose(source);
            }
        }, engine, FencesInBatch);
    }

    internal static LoopContender TaskSourceSet() => new LoopContender("TaskCompletionSource.SetResult", times =>
    {
        for (int i = 0; i < times; i++)
        {
            TaskCompletionSource source = new();
            Sink.Last = source;
            source.SetResult();
        }
    });

    private static LoopContender CreateRelease(BenchEngine engine)
    {
        Timeline timeline = engine.Timeline;
        return new LoopContender("FastFence", times =>
        {
            for (int i = 0; i < times; i++)
            {
                timeline.TryCreateFence(out FenceSource source);
                source.Dispose();
            }
        }, engine, FencesInBatch);
    }

    private static LoopContender CreateShareSignalRelease(BenchEngine engine)
    {
        Timeline timeline = engine.Timeline;
        return new LoopContender("FastFence", times =>
        {
            ulong words = 0;
            for (int i = 0; i < times; i++)
            {
                timeline.TryCreateFence(out FenceSource source);
                words += source.Fence.Value;
                source.Signal();
                source.Dispose();
            }

            Sink.Sum += (long)words;
        }, engine, FencesInBatch);
    }

    private static LoopContender TaskSource() => new LoopContender("TaskCompletionSource", times =>
    {
        for (int i = 0; i < times; i++)
        {
            Sink.Last = new TaskCompletionSource();
        }
    });

    private static LoopContender ManualResetEvent() => new LoopContender("ManualResetEventSlim", times =>
    {
        for (int i = 0; i < times; i++)
        {
            ManualResetEventSlim gate = new(false);
            Sink.Last = gate;
            gate.Dispose();
        }
    });

    private static LoopContender ManualResetEventSet() => new LoopContender("ManualResetEventSlim.Set", times =>
    {
        for (int i = 0; i < times; i++)
        {
            ManualResetEventSlim gate = new(false);
            Sink.Last = gate;
            gate.Set();
            gate.Dispose();
        }
    });

    private static LoopContender CancellationSource() => new LoopContender("CancellationTokenSource", times =>
    {
        for (int i = 0; i < times; i++)
        {
            CancellationTokenSource source = new();
            Sink.Last = source;
            source.Dispose();
        }
    });

    private static LoopContender CancellationSourceCancel() => new LoopContender("CancellationTokenSource.Cancel", times =>
    {
        for (int i = 0; i < times; i++)
        {
            CancellationTokenSource source = new();
            Sink.Last = source;
            source.Cancel();
            source.Dispose();
        }
    });
}
