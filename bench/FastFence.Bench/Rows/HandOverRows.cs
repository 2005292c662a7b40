using FastFence.Bench.Contenders;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>From a signal on one core to a waiter on the other.</summary>
internal static class HandOverRows
{
    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "signal → spinning waiter, p50",
            Threads = 2,
            Must = new Must(PhysicalUnit.HandOver, 1.25, "1.25 × raw spin"),
            Ours = Spinning.Ours,
            Peers = Spinning.Peers,
        },
        new()
        {
            Operation = "signal → spinning waiter, thread in hand, p50",
            Threads = 2,
            Must = new Must(PhysicalUnit.HandOver, 1.25, "1.25 × raw spin"),
            Ours = Spinning.OursInHand,
            Peers = Spinning.Peers,
        },
        new()
        {
            Operation = "signal → sleeping waiter, p50",
            Threads = 2,
            Must = new Must(PhysicalUnit.FutexWake, 1.1, "1.1 × raw futex"),
            Ours = Sleeping.Ours,
            Peers = Sleeping.Peers,
        },
        new()
        {
            Operation = "signal → awaiting observer (pool awake), p50",
            Threads = 2,
            Must = new Must(PhysicalUnit.HandOver, 1200 / WrittenHandOverNanoseconds, "1.2 µs, TaskCompletionSource's figure"),
            Ours = () => Awaiting.Ours(poolAsleep: false),
            Peers = Awaiting.Peers(poolAsleep: false),
        },
        new()
        {
            Operation = "signal → awaiting observer (pool asleep), p50",
            Threads = 2,
            Absent = "no must is written for a pool that has to be woken",
            Ours = () => Awaiting.Ours(poolAsleep: true),
            Peers = Awaiting.Peers(poolAsleep: true),
        },
    ];

    // Where the musts were written a word was seen by the other core after so long.
    private const double WrittenHandOverNanoseconds = 181;
}
