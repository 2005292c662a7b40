// Words that must never be touched by two threads at once without an order between them: a case's stand-in for private data,
// poison, a destructor. This is what catches a missing release before a free: a stale read cannot (a load never sees a store
// of the future).
using System.Runtime.Intrinsics;

namespace FastFence.Model.Explorer;

internal sealed class Races
{
    private readonly Dictionary<nint, Cell> _cells = [];

    private struct Cell
    {
        public Vector128<uint> Writes;
        public Vector128<uint> Reads;
    }

    public void Reset() => _cells.Clear();

    /// <summary>Notes a read; true when a write of another thread is not ordered before it.</summary>
    public bool Read(int thread, nint address, Vector128<uint> now)
    {
        _cells.TryGetValue(address, out Cell cell);
        cell.Reads = cell.Reads.WithElement(thread, now.GetElement(thread));
        _cells[address] = cell;
        return !Clocks.SeesAll(now, cell.Writes);
    }

    /// <summary>Notes a write; true when an access of another thread is not ordered before it.</summary>
    public bool Write(int thread, nint address, Vector128<uint> now)
    {
        _cells.TryGetValue(address, out Cell cell);
        bool race = !Clocks.SeesAll(now, Clocks.Join(cell.Writes, cell.Reads));
        cell.Writes = cell.Writes.WithElement(thread, now.GetElement(thread));
        _cells[address] = cell;
        return race;
    }
}
