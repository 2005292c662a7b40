using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>A whole grace period while another thread reads.</summary>
internal static class GracePeriodRows
{
    // Written as 0.8 µs where a hand-over took 181 ns, and 5 µs where a barrier with the other core busy took 1.9.
    private const double OnlineHandOvers = 0.8 / 0.181;
    private const double CasualBarriers = 5 / 1.9;

    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "grace period, online reader",
            Threads = 2,
            Must = new Must(PhysicalUnit.HandOver, OnlineHandOvers, "0.8 µs"),
            Ours = () => new BesideLoop("FastFence", Synchronize, ReadOnline),
        },
        new()
        {
            Operation = "grace period, casual reader",
            Threads = 2,
            Must = new Must(PhysicalUnit.ProcessBarrier, CasualBarriers, "5 µs"),
            Ours = () => new BesideLoop("FastFence", Synchronize, ReadCasually),
        },
    ];

    /// <summary>A reader on its own data until told to stop.</summary>
    internal static void ReadCasually(Func<bool> goOn)
    {
        while (goOn())
        {
            for (int i = 0; i < 16; i++)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
            }
        }
    }

    /// <summary>A reader that reports a quiescent state after the other until told to stop.</summary>
    internal static void ReadOnline(Func<bool> goOn)
    {
        using OnlineReader reader = OnlineReader.Register();
        while (goOn())
        {
            reader.ReportQuiescentState();
        }
    }

    private static void Synchronize(int times)
    {
        for (int i = 0; i < times; i++)
        {
            GracePeriod.Synchronize();
        }
    }
}
