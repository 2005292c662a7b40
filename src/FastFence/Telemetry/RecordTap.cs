// Reading the recorder of another process, whose area is mapped here too. Nothing is asked of that process, and nothing in it waits: its
// rings are copied as fast as they fill, and made into chunks when the copying is over.
//
// A name that is given up goes after the rings' floors have been raised over the records that speak of it. We cannot hold the table's lock
// over there, so the order is turned round:
//
//   owner                                       tap
//   floor = mark            (plain)             records copied
//   name's id = 0           (release)           names copied              (acquire each)
//   its place gets another name                 floor                     records below it are given up
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>Copies what another process records. One thread at a time; makes garbage.</summary>
internal sealed unsafe class RecordTap
{
    private readonly RecordArea* _area;
    private readonly ulong[] _next;
    private readonly List<Piece> _pieces = [];
    private readonly RecordEntry[] _copy;
    private Dictionary<uint, byte[]> _names = [];

    /// <summary>A tap that begins with the oldest records.</summary>
    /// <param name="area">The area, checked (<see cref="RecordFile"/>). Safety: it stays mapped as long as the tap is used.</param>
    public RecordTap(RecordArea* area)
    {
        _area = area;
        _next = new ulong[area->RingSlots];
        _copy = new RecordEntry[area->RingRecords];
    }

    /// <summary>Records copied so far.</summary>
    public long Count { get; private set; }

    /// <summary>Records that were overwritten, or given up with their names, before they could be copied.</summary>
    public long Lost { get; private set; }

    /// <summary>Leaves out what has been written up to now.</summary>
    public void SkipToNow()
    {
        for (uint i = 0; i < Rings; i++)
        {
            _next[i] = Atomic.LoadAcquire(ref RecordArea.RingAt(_area, i)->Count);
        }
    }

    /// <summary>Copies what was written since the last call; how many records that is.</summary>
    public long Take()
    {
        int before = _pieces.Count;
        for (uint i = 0; i < Rings; i++)
        {
            Copy(i);
        }

        if (_pieces.Count == before)
        {
            return 0;
        }

        Dictionary<uint, byte[]> names = ReadNames();
        long taken = 0;
        for (int i = before; i < _pieces.Count; i++)
        {
            taken += Admit(i, names);
        }

        Count += taken;
        return taken;
    }

    /// <summary>Hands everything to a trace.</summary>
    public void AddTo(RecordedTrace trace)
    {
        string process = RecordSource.TextOf(_area->ProcessName, 64);
        foreach (IGrouping<uint, Piece> ring in _pieces.GroupBy(static p => p.Ring))
        {
            RecordRing* at = RecordArea.RingAt(_area, ring.Key);
            (int named, string name) = at->NamedFor == 0 ? (0, string.Empty) : (at->NamedFor, RecordSource.TextOf(at->Name, RecordRing.NameBytes));
            foreach (Piece piece in ring)
            {
                ReadOnlySpan<RecordEntry> records = piece.Records;
                RecordPlace place = piece.Place;
                ulong lost = piece.Lost;
                while (records.Length != 0)
                {
                    using MemoryStream chunk = new(RecordChunk.MaxBytes);
                    ChunkHead head = new(_area->ProcessId, process, place, named, name, lost);
                    int written = RecordChunk.Write(chunk, records, head, id => piece.Names.GetValueOrDefault(id));
                    trace.Add(chunk.GetBuffer().AsSpan(0, (int)chunk.Length));
                    place = place.After(records[..written]);
                    records = records[written..];
                    lost = 0;
                }
            }
        }
    }

    private uint Rings => Math.Min(Atomic.LoadAcquire(ref _area->RingsUsed), (uint)_next.Length);

    private void Copy(uint index)
    {
        RecordRing* ring = RecordArea.RingAt(_area, index);
        fixed (RecordEntry* copy = _copy)
        {
            uint cpu = RecordRing.CpuFrom(ring, out ulong counted);
            uint count = RecordRing.Copy(ring, _next[index], copy, (uint)_copy.Length, out ulong first);
            if (count == 0)
            {
                return;
            }

            ulong lost = first - _next[index];
            _next[index] = first + count;
            RecordEntry[] records = new ReadOnlySpan<RecordEntry>(copy, (int)count).ToArray();
            _pieces.Add(new Piece(index, first, RecordPlace.Before(ring, records, first, cpu, counted), records, lost, _names));
        }
    }

    // Gives up the records of a piece that stand below the floor by now.
    private int Admit(int index, Dictionary<uint, byte[]> names)
    {
        Piece piece = _pieces[index];

        // [TAP-FLOOR] acquire, after the names: whoever saw a name go sees the floor that was raised before. Pairs with [NAME-GONE]. Without it a
        // record would be read with the name that took its own one's place.
        ulong floor = Atomic.LoadAcquire(ref RecordArea.RingAt(_area, piece.Ring)->Floor);
        int gone = (int)Math.Min((ulong)piece.Records.Length, floor > piece.First ? floor - piece.First : 0);
        Lost += (long)piece.Lost + gone;
        _pieces[index] = piece with
        {
            Place = piece.Place.After(piece.Records.AsSpan(0, gone)),
            Records = piece.Records[gone..],
            Lost = piece.Lost + (ulong)gone,
            Names = names,
        };
        return piece.Records.Length - gone;
    }

    // The dictionary of before where nothing has changed: most looks find no new name.
    private Dictionary<uint, byte[]> ReadNames()
    {
        uint used = Math.Min(Atomic.LoadAcquire(ref _area->NamesUsed), _area->NameSlots);
        Dictionary<uint, byte[]> names = new((int)used);
        bool same = true;
        Span<ulong> text = stackalloc ulong[NameTable.MaxBytes / sizeof(ulong)];
        for (uint slot = 0; slot < used; slot++)
        {
            RecordName* name = RecordArea.NameAt(_area, slot);
            uint id = Atomic.LoadAcquire(ref name->Id);
            int length = (int)Math.Min(Atomic.LoadAcquire(ref name->Length), NameTable.MaxBytes);
            if (id == 0)
            {
                continue;
            }

            for (int i = 0; i * sizeof(ulong) < length; i++)
            {
                text[i] = Atomic.LoadAcquire(ref ((ulong*)name->Text)[i]); // [TAP-FLOOR]: before the floor is looked at
            }

            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(text)[..length];
            if (_names.TryGetValue(id, out byte[]? known) && bytes.SequenceEqual(known))
            {
                names[id] = known;
            }
            else
            {
                same = false;
                names[id] = bytes.ToArray();
            }
        }

        return _names = same && names.Count == _names.Count ? _names : names;
    }

    private sealed record Piece(uint Ring, ulong First, RecordPlace Place, RecordEntry[] Records, ulong Lost, Dictionary<uint, byte[]> Names);
}
