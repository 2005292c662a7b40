namespace FastFence.Reclamation;

/// <summary>What kind of thing a thread is in while it does something else.</summary>
internal enum HeldKind : byte
{
    /// <summary>An access section.</summary>
    Section,

    /// <summary>A signalling section.</summary>
    Signalling,

    /// <summary>A lock of the host that it has told about.</summary>
    Lock,

    /// <summary>A thread of the engine's that runs the host's code one after another.</summary>
    Agent,
}

/// <summary>One thing held.</summary>
/// <param name="Node">Its class in the graph.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Site">Where it was taken.</param>
internal readonly record struct Held(int Node, HeldKind Kind, CodeSite Site);

/// <summary>What one thread holds, oldest first. Its own thread only.</summary>
internal sealed class HeldStack
{
    private Held[] _items = new Held[16];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>All of it.</summary>
    public ReadOnlySpan<Held> Items => _items.AsSpan(0, Count);

    /// <summary>Edges that this thread has added or met: no lock for those again.</summary>
    public HashSet<ulong> Known { get; } = [];

    /// <summary>Takes.</summary>
    public void Push(int node, HeldKind kind, CodeSite site)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, 2 * Count);
        }

        _items[Count++] = new Held(node, kind, site);
    }

    /// <summary>Gives the newest such thing back, in whatever order; nothing when there is none.</summary>
    public void Remove(int node, HeldKind kind)
    {
        for (int i = Count; i-- > 0;)
        {
            if (_items[i].Node == node && _items[i].Kind == kind)
            {
                Array.Copy(_items, i + 1, _items, i, Count - i - 1);
                Count--;
                return;
            }
        }
    }

    /// <summary>Where the newest thing of a kind was taken.</summary>
    public string? SiteOf(HeldKind kind)
    {
        for (int i = Count; i-- > 0;)
        {
            if (_items[i].Kind == kind)
            {
                return _items[i].Site.ToString();
            }
        }

        return null;
    }
}
