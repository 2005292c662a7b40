// Memory with stale reads, after C11 as loom and Relacy take it. Each word keeps its stores in modification order. A load may
// read any store that is not hidden from it: one is hidden when a later one of the same word, or somebody's read of a later
// one, happened before the load. "Happened before" is what acquire loads learn from release stores, and what full
// operations learn from each other: each passes through one global clock, so a store before a full operation is seen by
// every load after a later full operation. A release store followed by a load of another word has no such point between:
// that is the store buffer.
//
// Not modelled: stores that enter the modification order late, loads that see stores of the future (.NET orders a load before
// a dependent store on every CPU it runs on), and words of mixed size. A word that the engine wrote without Atomic is noticed
// by its value and counts as seen by everybody: such a write can hide a bug here, never make one up.
using System.Runtime.Intrinsics;

namespace FastFence.Model.Explorer;

internal sealed class WeakMemory
{
    private readonly Dictionary<nint, Location> _locations = [];
    private readonly Stack<Location> _spare = [];
    private readonly Vector128<uint>[] _now = new Vector128<uint>[Clocks.MaxThreads];
    private readonly Vector128<uint>[] _acquired = new Vector128<uint>[Clocks.MaxThreads];
    private readonly Vector128<uint>[] _released = new Vector128<uint>[Clocks.MaxThreads];
    private Vector128<uint> _global;

    /// <summary>Every word holds what memory holds, seen by all.</summary>
    public void Reset()
    {
        foreach (Location location in _locations.Values)
        {
            _spare.Push(location);
        }

        _locations.Clear();
        _now.AsSpan().Clear();
        _acquired.AsSpan().Clear();
        _released.AsSpan().Clear();
        _global = default;
    }

    public Vector128<uint> Now(int thread) => _now[thread];

    /// <summary>A new moment of the thread.</summary>
    public uint Advance(int thread)
    {
        uint epoch = _now[thread].GetElement(thread) + 1;
        _now[thread] = _now[thread].WithElement(thread, epoch);
        return epoch;
    }

    /// <summary>How many stores the load may choose from, newest first.</summary>
    public int Candidates(int thread, nint address, int size)
    {
        Location location = Find(address, size);
        int oldest = location.Count - 1;
        while (oldest > 0 && !Hides(ref location[oldest], _now[thread]))
        {
            oldest--;
        }

        return location.Count - oldest;
    }

    /// <summary>What stood there when the execution began.</summary>
    public ulong First(nint address, int size) => Find(address, size)[0].Value;

    /// <summary>Reads the store <paramref name="age"/> places before the newest.</summary>
    public ulong Load(int thread, nint address, int size, bool acquire, int age)
    {
        Location location = Find(address, size);
        ref StoreRecord store = ref location[location.Count - 1 - age];
        store.Reads = store.Reads.WithElement(thread, Advance(thread));
        _acquired[thread] = Clocks.Join(_acquired[thread], store.Release);
        if (acquire)
        {
            _now[thread] = Clocks.Join(_now[thread], store.Release);
        }

        return store.Value;
    }

    public void Store(int thread, nint address, int size, ulong value, bool release)
    {
        Location location = Find(address, size);
        Append(location, thread, value, release ? default : _released[thread], release);
        Raw.Write(address, size, value);
    }

    /// <summary>Reads the newest and writes behind it; a relaxed one carries on what its predecessor released.</summary>
    public ulong ReadModifyWrite(int thread, nint address, int size, RmwKind kind, ulong operand, ulong expected, bool full)
    {
        if (full)
        {
            Fence(thread);
        }

        ulong was = Load(thread, address, size, acquire: full, age: 0);
        ulong next = Raw.Cut(Raw.Apply(kind, was, operand, expected), size);
        if (kind != RmwKind.CompareExchange || was == expected)
        {
            Location location = Find(address, size);
            Append(location, thread, next, Clocks.Join(location.Newest.Release, _released[thread]), full);
            Raw.Write(address, size, next);
        }

        if (full)
        {
            Fence(thread);
        }

        return was;
    }

    /// <summary>A full fence of one thread.</summary>
    public void Fence(int thread)
    {
        Advance(thread);
        _global = Clocks.Join(Clocks.Join(_global, _now[thread]), _acquired[thread]);
        _now[thread] = _global;
        _released[thread] = _global;
    }

    /// <summary>
    /// A full fence on every thread, at its present place. All learn what the caller knew; the caller learns what all knew;
    /// the others need not learn from each other.
    /// </summary>
    public void ProcessBarrier(int caller)
    {
        Fence(caller);
        Vector128<uint> before = _global;
        for (int i = 0; i < Clocks.MaxThreads; i++)
        {
            _global = Clocks.Join(_global, Clocks.Join(_now[i], _acquired[i]));
            _now[i] = Clocks.Join(Clocks.Join(_now[i], _acquired[i]), before);
            _released[i] = _now[i];
        }

        _now[caller] = _global;
        _released[caller] = _global;
    }

    private static bool Hides(ref StoreRecord store, Vector128<uint> now) =>
        store.Epoch == 0 || store.Epoch <= now.GetElement(store.Thread) || Clocks.SeesAny(now, store.Reads);

    private void Append(Location location, int thread, ulong value, Vector128<uint> inherited, bool release)
    {
        uint epoch = Advance(thread);
        location.Add(new StoreRecord
        {
            Value = value,
            Thread = thread,
            Epoch = epoch,
            Release = release ? Clocks.Join(inherited, _now[thread]) : inherited,
        });
    }

    private Location Find(nint address, int size)
    {
        ulong inMemory = Raw.Read(address, size);
        if (!_locations.TryGetValue(address, out Location? location))
        {
            location = _spare.TryPop(out Location? spare) ? spare : new Location();
            location.Reset(inMemory);
            _locations.Add(address, location);
        }
        else if (location.Newest.Value != inMemory)
        {
            location.Reset(inMemory);
        }

        return location;
    }
}
