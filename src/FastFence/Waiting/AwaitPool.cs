namespace FastFence.Waiting;

/// <summary>Sources by number; a lock of a few instructions guards the free list, no continuation runs under it.</summary>
internal static class AwaitPool
{
    private static readonly Lock s_lock = new();
    private static AwaitSource[] s_sources = new AwaitSource[64];
    private static int[] s_free = new int[64];
    private static int s_freeCount;
    private static int s_made;

    /// <summary>Sources that are in use. For tests: what is awaited to its end comes back.</summary>
    internal static int InUse
    {
        get
        {
            lock (s_lock)
            {
                return s_made - s_freeCount;
            }
        }
    }

    /// <summary>A source that is in nobody's use.</summary>
    public static AwaitSource Take()
    {
        lock (s_lock)
        {
            if (s_freeCount != 0)
            {
                return s_sources[s_free[--s_freeCount]];
            }

            if (s_made == s_sources.Length)
            {
                Array.Resize(ref s_free, 2 * s_made);
                Array.Resize(ref s_sources, 2 * s_made); // assigned when it is filled: readers do not lock
            }

            AwaitSource source = new(s_made);
            s_sources[s_made++] = source;
            return source;
        }
    }

    /// <summary>
    /// The source of a number that is in use. Without the lock: the number came by way of a node that was published after the source stood
    /// in the array, and an array that has been replaced since still has it.
    /// </summary>
    public static AwaitSource At(int number) => s_sources[number];

    /// <summary>Gives a source back.</summary>
    public static void Give(int number)
    {
        lock (s_lock)
        {
            s_free[s_freeCount++] = number;
        }
    }
}
