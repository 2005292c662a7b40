namespace FastFence.Fences;

/// <summary>
/// Delegates behind native nodes: a node holds an index into this table. Entries are reused; the table grows by doubling and
/// then allocates nothing. Any managed thread; takes a short managed lock (never while a callback runs).
/// </summary>
internal static class DelegateTable
{
    private static readonly Lock s_lock = new();
    private static Entry[] s_entries = new Entry[256];
    private static int s_free = -1;
    private static int s_used;

    private struct Entry
    {
        public Action<Fence, object?>? Callback;
        public object? State;
        public int NextFree;
    }

    /// <summary>Entries in use.</summary>
    public static int Count
    {
        get
        {
            lock (s_lock)
            {
                int free = 0;
                for (int i = s_free; i >= 0; i = s_entries[i].NextFree)
                {
                    free++;
                }

                return s_used - free;
            }
        }
    }

    /// <summary>Keeps a delegate and its state; the index.</summary>
    public static int Put(Action<Fence, object?> callback, object? state)
    {
        lock (s_lock)
        {
            int index = s_free;
            if (index >= 0)
            {
                s_free = s_entries[index].NextFree;
            }
            else
            {
                index = s_used++;
                if (index == s_entries.Length)
                {
                    Array.Resize(ref s_entries, 2 * index);
                }
            }

            s_entries[index].Callback = callback;
            s_entries[index].State = state;
            return index;
        }
    }

    /// <summary>Takes an entry out. Once for each <see cref="Put"/>.</summary>
    public static void Take(int index, out Action<Fence, object?> callback, out object? state)
    {
        lock (s_lock)
        {
            ref Entry entry = ref s_entries[index];
            callback = entry.Callback!;
            state = entry.State;
            entry = new Entry { NextFree = s_free };
            s_free = index;
        }
    }
}
