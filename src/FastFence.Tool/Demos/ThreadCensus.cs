namespace FastFence.Tool.Demos;

/// <summary>The threads of this process, as the system sees them.</summary>
internal static class ThreadCensus
{
    private const string Tasks = "/proc/self/task";

    /// <summary>The engine's poller; the system keeps fifteen letters of a name.</summary>
    internal const string Poller = "FastFence polle";

    /// <summary>Threads by name; empty where there is no /proc.</summary>
    internal static SortedDictionary<string, int> Take()
    {
        SortedDictionary<string, int> names = new(StringComparer.Ordinal);
        if (!Directory.Exists(Tasks))
        {
            return names;
        }

        foreach (string thread in Directory.EnumerateDirectories(Tasks))
        {
            try
            {
                string name = File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd('\n');
                names[name] = names.GetValueOrDefault(name) + 1;
            }
            catch (IOException)
            {
                // It ended since the folder was read.
            }
        }

        return names;
    }
}
