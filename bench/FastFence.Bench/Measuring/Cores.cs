using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>Which cores the two threads of a row run on.</summary>
internal static class Cores
{
    private static readonly CoreSet s_all = Affinity.TryGetCurrent(out CoreSet cores) ? cores : default;

    /// <summary>Are there two?</summary>
    public static bool AreTwo => Cpu.UsableCores >= 2;

    /// <summary>Keeps the calling thread on the first or the second of them; does nothing where the system refuses.</summary>
    public static void Pin(int which) => PinOther(0, which);

    /// <summary>As <see cref="Pin"/>, for the thread with this system id; 0 = the calling one.</summary>
    public static void PinOther(int tid, int which)
    {
        if (NumberOf(which) is { } core)
        {
            _ = Affinity.TrySet(tid, default(CoreSet).With(core), out _);
        }
    }

    /// <summary>Number of the first or the second of them, or null.</summary>
    public static int? NumberOf(int which)
    {
        for (int core = 0; core < CoreSet.Capacity; core++)
        {
            if (s_all.Contains(core) && which-- == 0)
            {
                return core;
            }
        }

        return null;
    }

    /// <summary>Lets the calling thread run anywhere again.</summary>
    public static void Unpin()
    {
        if (s_all.Count != 0)
        {
            _ = Affinity.TrySet(0, s_all, out _);
        }
    }
}
