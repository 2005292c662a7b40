using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;

namespace FastFence.Latency.Latencies;

/// <summary>Two threads take and drop references to one and the same thing: the gate's loops, by both at once.</summary>
internal static class SharedReferenceSubjects
{
    private const int LeastBatch = 1 << 14;

    public static IReadOnlyList<LatencySubject> All =>
    [
        new()
        {
            Operation = "acquire + release a reference to one fence, 2 threads",
            IsThroughput = true,
            Unit = PhysicalUnit.LockedRmw,
            Ours = static () =>
            {
                PendingFence pending = new();
                return Twice("FastFence", times => Acquire(pending.Fence, times), pending);
            },
            Peers =
            [
                static () =>
                {
                    NopHandle handle = new();
                    return Twice("SafeHandle.DangerousAddRef + Release", times => AddRef(handle, times), handle);
                },
            ],
        },
        new()
        {
            Operation = "acquire from one shared slot + release, 2 threads",
            IsThroughput = true,
            Unit = PhysicalUnit.LockedRmw,
            Ours = static () =>
            {
                PendingFence pending = new();
                SharedWords slot = new(1);
                slot.Write(0, pending.Fence.Value);
                return Twice("FastFence", times => ReferenceRows.AcquireFrom(slot, times), new Owned(pending, slot));
            },
            Peers =
            [
                static () =>
                {
                    SharedWords count = new(1);
                    count.Write(0, 1);
                    return Twice("increment unless zero + decrement", times => ReferenceRows.CountLoop(count, times), count);
                },
            ],
        },
    ];

    private static TwoThreadLoop Twice(string name, Action<int> loop, IDisposable fixture) => new(name, loop, loop, sameTwice: true, fixture, LeastBatch)
    {
        IsByMedian = true,
    };

    private static void Acquire(Fence fence, int times)
    {
        for (int i = 0; i < times; i++)
        {
            fence.TryAcquire(out FenceRef reference);
            reference.Dispose();
        }
    }

    private static void AddRef(NopHandle handle, int times)
    {
        for (int i = 0; i < times; i++)
        {
            bool added = false;
            handle.DangerousAddRef(ref added);
            handle.DangerousRelease();
        }
    }
}
