using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>Callbacks in the function pointer form, added, run, removed.</summary>
internal static unsafe class CallbackRows
{
    private static readonly Action s_continue = static () => s_ran++;
    private static readonly Action<Task> s_continueWith = static _ => s_ran++;
    private static readonly Action<object?> s_canceled = static _ => s_ran++;
    private static long s_ran;

    public static IEnumerable<GateRow> All =>
    [
        With(1, Must.Nanoseconds(26)),
        new()
        {
            Operation = "create + 1 callback + signal + release, thread in hand",
            Must = Must.Nanoseconds(26),
            Ours = InHand,
            Peers = [() => Awaiter(1), () => ContinueWith(1), () => Registered(1)],
        },
        With(8, null),
        With(64, null),
        new()
        {
            Operation = "add + remove callback, pending fence",
            Must = Must.Nanoseconds(20),
            Ours = AddRemove,
            Peers = [RegisterUnregister, .. PeersInC.Of("C textbook, spinlock", "textbook_add_remove", LifeRows.FencesInBatch)],
        },
        new()
        {
            Operation = "add + remove callback, thread in hand",
            Must = Must.Nanoseconds(20),
            Ours = AddRemoveInHand,
            Peers = [RegisterUnregister, .. PeersInC.Of("C textbook, spinlock", "textbook_add_remove", LifeRows.FencesInBatch)],
        },
    ];

    // Where no must in ns is written, 1.1 times the sketch's cost is.
    private static GateRow With(int callbacks, Must? must) => new()
    {
        Operation = $"create + {callbacks} callback{(callbacks == 1 ? "" : "s")} + signal + release",
        Must = must ?? (PeersInC.IsAvailable ? Must.OfSketch(1.1) : null),
        Absent = must != null || PeersInC.IsAvailable ? null : $"judged against the C sketch: {PeersInC.Reason}",
        Ours = () => Ours(callbacks),
        Peers =
        [
            () => Awaiter(callbacks), () => ContinueWith(callbacks), () => Registered(callbacks),
            .. PeersInC.Of("C sketch", $"sketch_callbacks_{callbacks}", LifeRows.FencesInBatch / callbacks),
        ],
    };

    private static LoopContender Ours(int callbacks)
    {
        BenchEngine engine = new();
        Timeline timeline = engine.Timeline;
        return new LoopContender("FastFence", times =>
        {
            for (int i = 0; i < times; i++)
            {
                timeline.TryCreateFence(out FenceSource source);
                Fence fence = source.Fence;
                for (int k = 0; k < callbacks; k++)
                {
                    fence.AddCallback(&Count, k, out _);
                }

                source.Signal();
                source.Dispose();
            }
        }, engine, LifeRows.FencesInBatch / callbacks);
    }

    private static LoopContender InHand()
    {
        BenchEngine engine = new();
        Timeline timeline = engine.Timeline;
        return new LoopContender("FastFence", times =>
        {
            FenceThread thread = FenceThread.GetCurrent();
            for (int i = 0; i < times; i++)
            {
                thread.TryCreateFence(timeline, out FenceSource source);
                thread.AddCallback(source.Fence, &Count, i, out _);
                thread.Signal(source);
                thread.Dispose(source);
            }
        }, engine, LifeRows.FencesInBatch);
    }

    private static LoopContender AddRemoveInHand()
    {
        PendingFence pending = new();
        Fence fence = pending.Fence;
        return new LoopContender("FastFence", times =>
        {
            FenceThread thread = FenceThread.GetCurrent();
            for (int i = 0; i < times; i++)
            {
                thread.AddCallback(fence, &Count, i, out CallbackRegistration registration);
                thread.Remove(registration);
            }
        }, pending, LifeRows.FencesInBatch);
    }

    private static LoopContender AddRemove()
    {
        PendingFence pending = new();
        Fence fence = pending.Fence;
        return new LoopContender("FastFence", times =>
        {
            for (int i = 0; i < times; i++)
            {
                fence.AddCallback(&Count, i, out CallbackRegistration registration);
                registration.Remove();
            }
        }, pending, LifeRows.FencesInBatch);
    }

    private static LoopContender Awaiter(int callbacks) => new LoopContender("TaskCompletionSource awaiter", times =>
    {
        for (int i = 0; i < times; i++)
        {
            TaskCompletionSource source = new();
            for (int k = 0; k < callbacks; k++)
            {
                source.Task.GetAwaiter().UnsafeOnCompleted(s_continue);
            }

            source.SetResult();
        }
    });

    private static LoopContender ContinueWith(int callbacks) => new LoopContender("Task.ContinueWith", times =>
    {
        for (int i = 0; i < times; i++)
        {
            TaskCompletionSource source = new();
            for (int k = 0; k < callbacks; k++)
            {
                _ = source.Task.ContinueWith(
                    s_continueWith, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }

            source.SetResult();
        }
    });

    private static LoopContender Registered(int callbacks) => new LoopContender("CancellationToken.Register", times =>
    {
        for (int i = 0; i < times; i++)
        {
            CancellationTokenSource source = new();
            for (int k = 0; k < callbacks; k++)
            {
                source.Token.UnsafeRegister(s_canceled, null);
            }

            source.Cancel();
            source.Dispose();
        }
    });

    private static LoopContender RegisterUnregister()
    {
        CancellationTokenSource source = new();
        return new LoopContender("CancellationToken.Register + Unregister", times =>
        {
            CancellationToken token = source.Token;
            for (int i = 0; i < times; i++)
            {
                token.UnsafeRegister(s_canceled, null).Unregister();
            }
        }, source);
    }

    private static void Count(Fence fence, nint state) => s_ran++;
}
