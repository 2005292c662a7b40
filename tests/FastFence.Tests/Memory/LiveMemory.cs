using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Tests.Memory;

/// <summary>What the process holds in native blocks and names, and that it comes back.</summary>
internal static unsafe class LiveMemory
{
    /// <summary>Runs once to warm up, then often: blocks and names return to where they were.</summary>
    public static void IsFlatOver(int times, Action action)
    {
        action();
        StaysFlatOver(times, action);
    }

    /// <summary>As the other, for what is warm.</summary>
    public static void StaysFlatOver(int times, Action action)
    {
        Settle();
        long bytes = Bytes;
        int names = NameTable.Count;
        for (int i = 0; i < times; i++)
        {
            action();
        }

        Until.Holds(
            () =>
            {
                Settle();
                return Bytes <= bytes && NameTable.Count <= names;
            },
            () => $"{bytes} bytes and {names} names as before; now {Bytes} and {NameTable.Count}");
    }

    // Without the threads' records: they serve again, so there are as many as there were threads at one moment, and that is the scheduler's.
    private static long Bytes => BlockHeap.LiveBytes - (Domain.Process->RecordCount * BlockHeap.RoundedSize(sizeof(ReaderRecord)));

    // An engine's own blocks go with the last managed object that could ask it, a thread's cache with its record.
    private static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Registry.RecoverDead(Domain.Process);
    }
}
