using FastFence.Atomics;

namespace FastFence.Fences;

/// <summary>Stale handles whose engine cannot be told any more; counted for the process.</summary>
internal static class StaleHandles
{
    private static ulong s_count;

    /// <summary>How many were refused.</summary>
    public static ulong Total => Atomic.LoadAcquire(ref s_count);

    /// <summary>Counts one.</summary>
    public static void Count() => Atomic.AddFull(ref s_count, 1);
}
