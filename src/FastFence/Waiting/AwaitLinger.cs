using System.Runtime.InteropServices;
using FastFence.Platform;

namespace FastFence.Waiting;

/// <summary>What a pool thread does behind a continuation: see <see cref="AwaitSeat"/>. It keeps the thread from the pool's other work for microseconds, and not at all while there is any.</summary>
internal static class AwaitLinger
{
    // As long as a blocking wait looks on before it parks, twice.
    private const long LingerNanoseconds = 6_000;

    private const int LooksBetweenClocks = 32;

    private static Padded s_seat;

    [StructLayout(LayoutKind.Explicit, Size = 3 * Memory.Reservation.ContentionBytes)]
    private struct Padded
    {
        [FieldOffset(Memory.Reservation.ContentionBytes)]
        public uint Seat;
    }

    /// <summary>Off under test only: every continuation goes by the pool's queue.</summary>
    internal static bool IsOn { get; set; } = Cpu.UsableCores > 1;

    /// <summary>Continuations that a lingering thread went on with. For tests; threads may lose one of them.</summary>
    internal static long Handed { get; private set; }

    /// <summary>Gives an ended await to the thread that lingers; false when none does. Any thread.</summary>
    public static bool TryGive(int number) => AwaitSeat.TryGive(ref s_seat.Seat, number);

    /// <summary>Runs an await's end, and then those that come within the moment. A pool thread's work item.</summary>
    public static void Run(AwaitSource source)
    {
        ExecutionContext? context = ExecutionContext.Capture();
        source.Execute();
        while (IsOn && AwaitSeat.TrySit(ref s_seat.Seat))
        {
            if (!TryWait(out int number))
            {
                return;
            }

            // As the pool does between two work items: what one continuation leaves on the thread is not the next one's.
            if (context != null)
            {
                ExecutionContext.Restore(context);
            }

            if (SynchronizationContext.Current != null)
            {
                SynchronizationContext.SetSynchronizationContext(null);
            }

            Handed++;
            AwaitPool.At(number).Execute();
        }
    }

    private static bool TryWait(out int number)
    {
        long until = MonotonicClock.Nanoseconds + LingerNanoseconds;
        do
        {
            for (int i = 0; i < LooksBetweenClocks; i++)
            {
                if (AwaitSeat.TryTake(ref s_seat.Seat, out number))
                {
                    return true;
                }

                Cpu.Pause();
            }
        }
        while (MonotonicClock.Nanoseconds < until && ThreadPool.PendingWorkItemCount == 0);

        number = 0;
        return !AwaitSeat.TryLeave(ref s_seat.Seat) && AwaitSeat.TryTake(ref s_seat.Seat, out number);
    }
}
