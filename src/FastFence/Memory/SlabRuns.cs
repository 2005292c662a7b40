using System.Runtime.InteropServices;

namespace FastFence.Memory;

/// <summary>
/// Blocks of whole slabs (large rings). A run given back waits for the next request of its size; cold, under a managed lock.
/// </summary>
internal static unsafe class SlabRuns
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<long, Stack<nint>> s_free = [];

    /// <summary>A run of this many bytes, a multiple of a slab; null at the bound.</summary>
    public static byte* TryTake(long bytes)
    {
        lock (s_lock)
        {
            if (s_free.TryGetValue(bytes, out Stack<nint>? runs) && runs.TryPop(out nint run))
            {
                return (byte*)run;
            }
        }

        return Regions.Blocks->TryTakeRun((uint)(bytes / Reservation.SlabBytes), out uint first) ? Regions.Blocks->At(first) : null;
    }

    /// <summary>Gives a run back; its pages go to the system.</summary>
    public static void Give(byte* run, long bytes)
    {
        if (!Platform.Pages.TryDecommit(run, (nuint)bytes))
        {
            NativeMemory.Clear(run, (nuint)bytes);
        }

        lock (s_lock)
        {
            if (!s_free.TryGetValue(bytes, out Stack<nint>? runs))
            {
                s_free.Add(bytes, runs = new Stack<nint>());
            }

            runs.Push((nint)run);
        }
    }
}
