using System.Globalization;
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>Keeps the thread pool's workers on the second core.</summary>
internal static class PoolCores
{
    private const string Tasks = "/proc/self/task";
    private const string Worker = ".NET TP Worker";

    private static int s_known;

    /// <summary>Pins the workers that came since the last call; cheap when none did. Does nothing where there is no /proc.</summary>
    public static void KeepOnSecond()
    {
        int threads = ThreadPool.ThreadCount;
        if (threads == s_known || !Directory.Exists(Tasks))
        {
            return;
        }

        s_known = threads;
        foreach (string thread in Directory.EnumerateDirectories(Tasks))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(Worker, StringComparison.Ordinal))
                {
                    Cores.PinOther(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), 1);
                }
            }
            catch (IOException)
            {
                // It ended since the folder was read.
            }
        }
    }
}
