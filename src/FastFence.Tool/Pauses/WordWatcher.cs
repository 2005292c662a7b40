using System.Diagnostics;
using System.Globalization;
using FastFence.Platform;

namespace FastFence.Tool.Pauses;

/// <summary>
/// What the core itself allows: a process of its own that does nothing but look at the completion word, on the core that the pollers are
/// pinned to. It has no engine and no collector that runs; whatever it sees late, no poller on this core can see in time.
/// </summary>
internal static class WordWatcher
{
    /// <summary>The tool's word for it, not shown in help.</summary>
    internal const string Verb = "watch-words";

    private const int LooksBetweenStops = 1 << 16;

    /// <summary>Starts it as a process of its own.</summary>
    internal static Process Start(SharedWords shared, double seconds, int? core) =>
        WordWriter.StartTool(Verb, shared.Path, ((long)seconds + 30).ToString(CultureInfo.InvariantCulture), (core ?? -1).ToString(CultureInfo.InvariantCulture));

    /// <summary>The process's body: path, longest life in seconds, core or −1.</summary>
    internal static int Run(string[] args)
    {
        using SharedWords shared = SharedWords.Open(args[1]);
        long end = MonotonicClock.Nanoseconds + (long.Parse(args[2], CultureInfo.InvariantCulture) * 1_000_000_000);
        WordWriter.Pin(int.Parse(args[3], CultureInfo.InvariantCulture));
        ulong seen = Volatile.Read(ref shared.Word);
        while (Volatile.Read(ref shared.Stop) == 0 && MonotonicClock.Nanoseconds < end)
        {
            for (int i = 0; i < LooksBetweenStops; i++)
            {
                ulong word = Volatile.Read(ref shared.Word);
                if (word != seen)
                {
                    Record(shared, seen, word);
                    seen = word;
                }
            }
        }

        return 0;
    }

    private static void Record(SharedWords shared, ulong seen, ulong word)
    {
        long now = MonotonicClock.Nanoseconds;
        for (ulong position = seen + 1; position <= word; position++)
        {
            shared.Watcher.Record(now - Volatile.Read(ref shared.TimeOf(position)));
        }
    }
}
