using System.Runtime.Intrinsics;

namespace FastFence.Model.Explorer;

/// <summary>One store, as later loads may meet it.</summary>
internal struct StoreRecord
{
    public ulong Value;
    public int Thread;

    /// <summary>The writer's own time; 0 = before the threads began.</summary>
    public uint Epoch;

    /// <summary>What an acquire load that reads this store learns.</summary>
    public Vector128<uint> Release;

    /// <summary>When each thread last read it.</summary>
    public Vector128<uint> Reads;
}

/// <summary>A word's stores in modification order, oldest first.</summary>
internal sealed class Location
{
    private StoreRecord[] _stores = new StoreRecord[8];

    public int Count { get; private set; }

    public ref StoreRecord Newest => ref _stores[Count - 1];

    public ref StoreRecord this[int index] => ref _stores[index];

    /// <summary>Forgets all: the value is seen by everybody.</summary>
    public void Reset(ulong value)
    {
        _stores[0] = new StoreRecord { Value = value };
        Count = 1;
    }

    public void Add(in StoreRecord store)
    {
        if (Count == _stores.Length)
        {
            Array.Resize(ref _stores, 2 * Count);
        }

        _stores[Count++] = store;
    }
}
