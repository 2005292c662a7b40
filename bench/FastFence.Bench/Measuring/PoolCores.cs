using System.Globalization;
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>Keeps the thread pool's workers, and engines' threads that hand over to them, on one core.</summary>
internal static class PoolCores
{
    private const string Tasks = "/proc/self/task";
    private const int First = 0;
    private const int Second = 1;

    // As the system has them: cut to 15 characters.
    private static readonly string[] s_names = [".NET TP Worker", "FastFence forwa"];

    private static int s_known;
    private static int s_core = -1;

    /// <summary>On the second, where the one who fires spins on the first. Cheap when no thread has come.</summary>
    public static void KeepOnSecond() => Keep(Second);

    /// <summary>On the first, where the second is a poller's. Cheap when no thread has come.</summary>
    public static void KeepOnFirst() => Keep(First);

    /// <summary>Other pins than these have been made: the next call makes them again.</summary>
    public static void Forget() => s_core = -1;

    private static void Keep(int core)
    {
        int threads = ThreadPool.ThreadCount;
        if ((threads == s_known && core == s_core) || !Directory.Exists(Tasks))
        {
            return;
        }

        s_known = threads;
        s_core = core;
        foreach (string thread in Directory.EnumerateDirectories(Tasks))
        {
            try
            {
                string name = File.ReadAllText(Path.Combine(thread, "comm"));
                if (s_names.Any(n => name.StartsWith(n, StringComparison.Ordinal)))
                {
                    Cores.PinOther(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), core);
                }
            }
            catch (IOException)
            {
                // It ended since the folder was read.
            }
        }
    }
}
