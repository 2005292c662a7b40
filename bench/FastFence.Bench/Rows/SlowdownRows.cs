using FastFence.Atomics;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>What readers cost each other: a section and a name on one core, against the same on both at once.</summary>
internal static unsafe class SlowdownRows
{
    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "both cores reading: slowdown",
            Threads = 2,
            IsRatio = true,
            Must = new Must(PhysicalUnit.SecondCore, 1.1, "1.1 ×"),
            Ours = Ours,
            Peers =
            [
                ReferenceCount, ReaderWriterLock, .. TwoThreadPeersInC.Slowed("liburcu memb", "urcu_memb_section", 1 << 15),
                .. TwoThreadPeersInC.Slowed("ck_epoch", "ck_epoch_sections", 1 << 13),
            ],
        },
    ];

    private static Slowdown Ours()
    {
        PendingFence pending = new();
        Action<int> loop = SectionRows.ReadNames(pending.Fence);
        return new Slowdown("FastFence", loop, loop, pending);
    }

    private static Slowdown ReaderWriterLock()
    {
        ReaderWriterLockSlim gate = new();
        Action<int> loop = SectionRows.ReadNames(gate);
        return new Slowdown("ReaderWriterLockSlim", loop, loop, gate);
    }

    private static Slowdown ReferenceCount()
    {
        SharedWords count = new(1);
        void Loop(int times)
        {
            for (int i = 0; i < times; i++)
            {
                Atomic.AddFull(ref *count.At(0), 1);
                Atomic.AddFull(ref *count.At(0), ulong.MaxValue);
            }
        }

        return new Slowdown("reference count", Loop, Loop, count);
    }
}
