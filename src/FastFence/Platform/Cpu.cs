using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace FastFence.Platform;

/// <summary>What a spinning thread tells its core, and how many cores there are to spin on.</summary>
internal static class Cpu
{
    // Taken once: a pool size or spin policy that changed under way would be harder to reason about than one that is stale.
    private static readonly int s_usableCores = CountUsable();

    /// <summary>
    /// Cores this process may keep busy: the main thread's affinity, cut to the cgroup CPU quota rounded up; at least 1.
    /// Thread class: any. Read once per process.
    /// </summary>
    public static int UsableCores => s_usableCores;

    /// <summary>Tells the core that this is a spin loop. Thread class: any. Cost: 1 to 140 cycles, by CPU model.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pause()
    {
        if (X86Base.IsSupported)
        {
            X86Base.Pause();
        }
        else if (ArmBase.IsSupported)
        {
            ArmBase.Yield();
        }
    }

    /// <summary>Asks for the line at <paramref name="p"/>; any address will do, a bad one is ignored. Thread class: any.</summary>
    // .NET 10 has no prefetch intrinsic for plain Arm64 (only SVE): nothing there, and nothing lost but time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(void* p)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(p);
        }
    }

    private static int CountUsable()
    {
        // The main thread's mask, not the caller's: the first to ask may be the poller, pinned to one core.
        int cores = Affinity.TryGet(Environment.ProcessId, out CoreSet allowed) ? allowed.Count : Environment.ProcessorCount;
        return Math.Max(1, Math.Min(cores, CpuQuota.Current.WholeCores));
    }
}
