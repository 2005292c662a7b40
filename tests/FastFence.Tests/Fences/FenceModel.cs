namespace FastFence.Tests.Fences;

/// <summary>What the contract says, one thing after the other: the model that the engine is compared with.</summary>
internal sealed class FenceModel
{
    public sealed class Item(int number, int timeline)
    {
        public int Number => number;

        public int Timeline => timeline;

        public bool Promised { get; set; }

        public bool Closed { get; set; }

        public int Error { get; set; }

        public int References { get; set; } = 1;

        public bool SourceDropped { get; set; }

        public List<int> Callbacks { get; } = [];

        // The timeline keeps a promised fence alive until its turn.
        public bool IsGone => References == 0 && Closed;
    }

    private readonly List<Item>[] _timelines = [[], []];

    public List<Item> Items { get; } = [];

    public List<int> Ran { get; } = [];

    public Item Create(int timeline)
    {
        Item item = new(Items.Count, timeline);
        Items.Add(item);
        _timelines[timeline].Add(item);
        return item;
    }

    public static AddCallbackResult Add(Item item, int callback)
    {
        if (item.Closed)
        {
            return item.IsGone ? AddCallbackResult.Stale : AddCallbackResult.AlreadySignaled;
        }

        item.Callbacks.Add(callback);
        return AddCallbackResult.Added;
    }

    public static bool Remove(Item item, int callback) => !item.Closed && item.Callbacks.Remove(callback);

    public static bool SetError(Item item, int errno)
    {
        if (item.Closed || item.Promised || item.Error != 0)
        {
            return false;
        }

        item.Error = errno;
        return true;
    }

    public SignalResult Signal(Item item, int errno)
    {
        if (item.Closed)
        {
            return item.IsGone ? SignalResult.Stale : SignalResult.AlreadySignaled;
        }

        if (item.Promised)
        {
            return SignalResult.AlreadySignaled;
        }

        item.Promised = true;
        item.Error = item.Error != 0 ? item.Error : errno;
        foreach (Item next in _timelines[item.Timeline].SkipWhile(i => i.Closed).TakeWhile(i => i.Promised))
        {
            next.Closed = true;
            Ran.AddRange(next.Callbacks);
        }

        return item.Closed ? SignalResult.Signaled : SignalResult.Deferred;
    }

    public void DropSource(Item item)
    {
        if (item.SourceDropped)
        {
            return;
        }

        item.SourceDropped = true;
        if (!item.Closed && !item.Promised)
        {
            Signal(item, -125);
        }

        item.References--;
    }

    public static bool Acquire(Item item)
    {
        if (item.IsGone)
        {
            return false;
        }

        item.References++;
        return true;
    }

    public static FenceStatus StatusOf(Item item) => item switch
    {
        { IsGone: true } => FenceStatus.Stale,
        { Closed: false } => FenceStatus.Pending,
        { Error: 0 } => FenceStatus.Signaled,
        _ => FenceStatus.Failed(new FenceError(item.Error)),
    };
}
