namespace FastFence.Instructions;

/// <summary>What runs under callgrind: each path once and twice as often, so that the difference is without loop and mark.</summary>
internal static class CountedRun
{
    /// <summary>Of a path in a short part. Sixteen bags of slots: sealing and taking them is shared as in earnest.</summary>
    internal const int Times = 16 * 512;

    /// <summary>The least of so many counts: the engine's own thread disturbs some.</summary>
    internal const int Repeats = 3;

    /// <summary>Marks of a path: two parts a repeat, and the one that ends what was before.</summary>
    internal const int MarksOfAPath = (2 * Repeats) + 1;

    internal static void Execute()
    {
        using HotPaths paths = new();
        foreach (HotPath path in paths.All)
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
}
