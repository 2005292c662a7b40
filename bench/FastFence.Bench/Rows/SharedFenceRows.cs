using FastFence.Bench.Contenders;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>Callbacks on a fence that another thread is at, too.</summary>
internal static unsafe class SharedFenceRows
{
    private static readonly Action<object?> s_canceled = static _ => { };

    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "callbacks on one shared fence, 2 threads",
            Threads = 2,
            IsThroughput = true,
            Must = Must.MillionsPerSecond(9),
            Ours = AddRemove,
            Peers = [RegisterUnregister, .. TwoThreadPeersInC.Twice("C textbook, spinlock", "textbook_shared_add_remove", 1 << 14)],
        },
        new()
        {
            Operation = "add callback while another thread signals",
            Threads = 2,
            Must = Must.Nanoseconds(30),
            Ours = static () => new FenceAddRace(),
            Peers =
            [
                static () => new RegisterRace(), .. TwoThreadPeersInC.Raced("C sketch", "sketch", 1024),
                .. TwoThreadPeersInC.Raced("C textbook, spinlock", "textbook", 1024),
            ],
        },
    ];

    private static TwoThreadLoop AddRemove()
    {
        PendingFence pending = new();
        Fence fence = pending.Fence;
        void Loop(int times)
        {
            for (int i = 0; i < times; i++)
            {
                fence.AddCallback(&Never, i, out CallbackRegistration registration);
                registration.Remove();
            }
        }

        return new TwoThreadLoop("FastFence", Loop, Loop, sameTwice: true, pending)
        {
            IsByMedian = true,
        };
    }

    private static TwoThreadLoop RegisterUnregister()
    {
        CancellationTokenSource source = new();
        void Loop(int times)
        {
            CancellationToken token = source.Token;
            for (int i = 0; i < times; i++)
            {
                token.UnsafeRegister(s_canceled, null).Unregister();
            }
        }

        return new TwoThreadLoop("CancellationToken.Register + Unregister", Loop, Loop, sameTwice: true, source)
        {
            IsByMedian = true,
        };
    }

    private static void Never(Fence fence, nint state)
    {
    }
}
