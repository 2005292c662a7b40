using FastFence.Reclamation;

namespace FastFence.Instructions;

/// <summary>What runs under callgrind: each path once and twice as often, so that the difference is without loop and mark.</summary>
internal static class CountedRun
{
    /// <summary>Of a path in a short part. Sixteen bags of slots: sealing and taking them is shared as in earnest.</summary>
    internal const int Times = 16 * 512;

    /// <summary>The least of so many counts.</summary>
    internal const int Repeats = 3;

    /// <summary>Marks of a path: two parts a repeat, and the one that ends what was before.</summary>
    internal const int MarksOfAPath = (2 * Repeats) + 1;

    internal static void Execute()
    {
        using HotPaths paths = new();

        // The reclaimer's thread stands still behind this lock: how many bags it empties in this one's stead depends on the machine's load,
        // and moved counts by four percent.
        lock (Registry.Gate)
        {
            foreach (HotPath path in paths.All)
            {
                Count(path);
            }
        }
    }

    private static void Count(HotPath path)
    {
        path.Run(2 * Times); // slots, magazines and lazy statics
        Mark.Reached();
        for (int i = 0; i < Repeats; i++)
        {
            path.Run(Times);
            Mark.Reached();
            path.Run(2 * Times);
            Mark.Reached();
        }
    }
}
