// A pinned poller's p99 is that of whoever else runs on its core: a pool thread that the scheduler put there costs milliseconds. So the
// other threads of the process are kept off it: the main thread's mask loses the core first (a new thread of .NET takes that mask, one
// of native code its creator's), then the mask of every thread there is, the runtime's own and its collector's included.
//
// A thread whose mask is this core alone was put there on purpose, as a poller is, and stays; except the collector's, which the runtime
// spreads over all cores by itself (DOTNET_GCHeapAffinitizeMask and GCHeapAffinitizeRanges are the host's way to say so before it starts).
using System.Globalization;

namespace FastFence.Platform;

/// <summary>Cores of this process that are kept free, counted: several engines may keep the same one. Any thread; reads /proc, so for starts and ends.</summary>
internal static class CoreKeeper
{
    // A thread that was made while we walked has the mask from before; the next walk finds it. Walks end when one changes nothing.
    private const int Walks = 4;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<int, int> s_holders = [];
    private static readonly Dictionary<int, Entry> s_entries = [];
    private static CoreSet s_mainBefore;

    /// <summary>Keeps the process's other threads off <paramref name="core"/>; <paramref name="result"/> says in words what came of it.</summary>
    public static bool TryKeep(int core, out string result)
    {
        lock (s_lock)
        {
            if (!Affinity.TryGet(Environment.ProcessId, out CoreSet main))
            {
                result = "not kept free: this system does not tell a thread's cores";
                return false;
            }

            bool first = s_holders.GetValueOrDefault(core) == 0;
            if (first && main.Without(core).Count == 0)
            {
                result = string.Create(CultureInfo.InvariantCulture, $"not kept free: core {core} is the only one that the process's main thread may use");
                return false;
            }

            if (s_holders.Count == 0)
            {
                s_mainBefore = main;
            }

            s_holders[core] = s_holders.GetValueOrDefault(core) + 1;
            result = Walk(core, Environment.ProcessId);
            return true;
        }
    }

    /// <summary>Takes that back: with the last holder the core goes to every thread that lost it, or was made without it meanwhile.</summary>
    public static void Release(int core)
    {
        lock (s_lock)
        {
            if (s_holders.GetValueOrDefault(core) is var holders && holders > 1)
            {
                s_holders[core] = holders - 1;
                return;
            }

            if (!s_holders.Remove(core))
            {
                return;
            }

            // The main thread first: what is made from here on takes its mask.
            Affinity.TryGet(Environment.ProcessId, out CoreSet mainKept);
            GiveBack(Environment.ProcessId, core, mainKept);
            foreach (int tid in Threads())
            {
                GiveBack(tid, core, mainKept);
            }

            if (s_holders.Count == 0)
            {
                s_entries.Clear();
            }
        }
    }

    /// <summary>Threads of this process by number.</summary>
    internal static IReadOnlyList<int> Threads()
    {
        List<int> threads = [];
        try
        {
            foreach (string path in Directory.EnumerateDirectories("/proc/self/task"))
            {
                if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int tid))
                {
                    threads.Add(tid);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sandbox without /proc: the main thread alone is moved.
        }

        return threads;
    }

    private static string Walk(int core, int main)
    {
        int moved = TakeAway(main, core, out string refusal) ? 1 : 0;
        int stay = 0;
        for (int walk = 0; walk < Walks; walk++)
        {
            int changed = 0;
            stay = 0;
            foreach (int tid in Threads())
            {
                changed += TakeAway(tid, core, out string reason) ? 1 : 0;
                stay += reason.Length != 0 ? 1 : 0;
                refusal = reason.Length != 0 ? reason : refusal;
            }

            moved += changed;
            if (changed == 0)
            {
                break;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"kept free of {moved} other threads")
            + (stay == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", {stay} stay there ({refusal})"));
    }

    private static bool TakeAway(int tid, int core, out string refusal)
    {
        refusal = string.Empty;
        if (!Affinity.TryGet(tid, out CoreSet mask) || !mask.Contains(core))
        {
            return false;
        }

        CoreSet kept = mask.Without(core);
        if (kept.Count == 0)
        {
            if (!IsCollectors(ThreadName.Of(tid)))
            {
                return false; // on purpose
            }

            kept = s_mainBefore.Without(core);
        }

        if (!Affinity.TrySet(tid, kept, out refusal))
        {
            refusal = CurrentThread.IsAlive(tid) ? refusal : string.Empty;
            return false;
        }

        ulong start = CurrentThread.StartTime(tid);
        CoreSet before = s_entries.TryGetValue(tid, out Entry? entry) && entry.Start == start ? entry.Before : mask;
        s_entries[tid] = new Entry(start, before, kept);
        return true;
    }

    /// <summary>Is that the name of a thread of the garbage collector's? ".NET Server GC", ".NET BGC".</summary>
    internal static bool IsCollectors(string name) => name.StartsWith(".NET ", StringComparison.Ordinal) && name.EndsWith("GC", StringComparison.Ordinal);

    // A mask that somebody else has set meanwhile stays as it is.
    private static void GiveBack(int tid, int core, CoreSet mainKept)
    {
        if (!Affinity.TryGet(tid, out CoreSet mask) || mask.Contains(core))
        {
            return;
        }

        if (s_entries.TryGetValue(tid, out Entry? entry) && entry.Start == CurrentThread.StartTime(tid))
        {
            // The last core that it lost brings back what it had: a collector's thread had this one alone.
            CoreSet back = s_holders.Count == 0 ? entry.Before : mask.With(core);
            if (mask == entry.Kept && entry.Before.Contains(core) && Affinity.TrySet(tid, back, out _))
            {
                s_entries[tid] = entry with { Kept = back };
            }
        }
        else if (mask == mainKept && s_mainBefore.Contains(core))
        {
            _ = Affinity.TrySet(tid, mask.With(core), out _); // made meanwhile
        }
    }

    private sealed record Entry(ulong Start, CoreSet Before, CoreSet Kept);
}
