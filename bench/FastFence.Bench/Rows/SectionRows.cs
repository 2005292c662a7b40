using System.Runtime.CompilerServices;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>An access section around reading a name, net of a call that does nothing.</summary>
internal static class SectionRows
{
    internal const int SectionsPerReport = 64;

    private static readonly string s_name = new('n', 12);

    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "section + name by op, casual reader",
            Must = Must.Nanoseconds(6),
            Ours = () => Casual(NameOps.Ops),
            Peers = [ReaderWriterLock, Lock, EpochSections.EachRead, .. InC],
            EmptyCall = EmptyCall,
        },
        new()
        {
            Operation = "section + constant name, casual reader",
            Must = Must.Nanoseconds(4),
            Ours = () => Casual(default),
            Peers = [ReaderWriterLock, Lock, EpochSections.EachRead, .. InC],
            EmptyCall = EmptyCall,
        },
        new()
        {
            Operation = "section + name by op, thread in hand",
            Must = Must.Nanoseconds(3),
            Ours = () => InHand(NameOps.Ops),
            Peers = [ReaderWriterLock, Lock, EpochSections.EachRead, .. InC],
            EmptyCall = EmptyCall,
        },
        new()
        {
            Operation = "section + constant name, thread in hand",
            Must = Must.Nanoseconds(1.5),
            Ours = () => InHand(default),
            Peers = [ReaderWriterLock, Lock, EpochSections.EachRead, .. InC],
            EmptyCall = EmptyCall,
        },
        new()
        {
            Operation = "section + constant name, online reader",
            Must = Must.Nanoseconds(0.9),
            Ours = Online,
            Peers = [EpochSections.AlwaysInside, .. PeersInC.Of("liburcu qsbr, a report per 64", "urcu_qsbr_section", 1 << 14)],
            EmptyCall = EmptyCall,
        },
    ];

    private static IEnumerable<Func<Contender>> InC =>
        [.. PeersInC.Of("liburcu memb", "urcu_memb_section", 1024), .. PeersInC.Of("ck_epoch", "ck_epoch_sections", 1024)];

    private static LoopContender Casual(ExporterOps ops)
    {
        PendingFence pending = new(ops);
        return new LoopContender("FastFence", ReadNames(pending.Fence), pending, 1024);
    }

    /// <summary>A section and a name each time, as a casual reader.</summary>
    internal static Action<int> ReadNames(Fence fence) => times =>
    {
        int bytes = 0;
        for (int i = 0; i < times; i++)
        {
            bytes += ReadName(fence);
        }

        Sink.Sum += bytes;
    };

    /// <summary>The same under a lock of many readers.</summary>
    internal static Action<int> ReadNames(ReaderWriterLockSlim gate) => times =>
    {
        int bytes = 0;
        for (int i = 0; i < times; i++)
        {
            bytes += ReadUnder(gate);
        }

        Sink.Sum += bytes;
    };

    private static LoopContender InHand(ExporterOps ops)
    {
        PendingFence pending = new(ops);
        Fence fence = pending.Fence;
        return new LoopContender("FastFence", times =>
        {
            FenceThread thread = FenceThread.GetCurrent();
            int bytes = 0;
            for (int i = 0; i < times; i++)
            {
                bytes += ReadNameInHand(thread, fence);
            }

            Sink.Sum += bytes;
        }, pending, 1024);
    }

    private static LoopContender Online()
    {
        PendingFence pending = new();
        Fence fence = pending.Fence;
        return new LoopContender("FastFence", times =>
        {
            using OnlineReader reader = OnlineReader.Register();
            int bytes = 0;
            for (int i = 0; i < times; i += SectionsPerReport)
            {
                for (int k = 0; k < SectionsPerReport; k++)
                {
                    bytes += ReadName(fence);
                }

                reader.ReportQuiescentState();
            }

            Sink.Sum += bytes;
        }, pending, 1 << 14);
    }

    private static LoopContender EmptyCall() => new LoopContender("empty call", times =>
    {
        int bytes = 0;
        for (int i = 0; i < times; i++)
        {
            bytes += ReadNothing(default);
        }

        Sink.Sum += bytes;
    }, leastBatch: 1024);

    private static LoopContender ReaderWriterLock()
    {
        ReaderWriterLockSlim gate = new();
        return new LoopContender("ReaderWriterLockSlim", ReadNames(gate), gate, 1024);
    }

    private static LoopContender Lock()
    {
        Lock gate = new();
        return new LoopContender("lock", times =>
        {
            int bytes = 0;
            for (int i = 0; i < times; i++)
            {
                bytes += ReadUnder(gate);
            }

            Sink.Sum += bytes;
        }, leastBatch: 1024);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadName(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return section.View.DriverName(fence).Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadNameInHand(FenceThread thread, Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = thread.BeginAccess(ref token);
        return section.View.DriverName(fence).Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadNothing(Fence fence) => (int)fence.Value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadUnder(ReaderWriterLockSlim gate)
    {
        gate.EnterReadLock();
        int length = s_name.Length;
        gate.ExitReadLock();
        return length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadUnder(Lock gate)
    {
        lock (gate)
        {
            return s_name.Length;
        }
    }
}
