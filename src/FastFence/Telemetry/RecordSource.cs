using System.Runtime.InteropServices;
using System.Text;
using FastFence.Atomics;
using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>
/// Reads a recorder area, this process's own or one from a file, as chunks: what was written since the last time, oldest first
/// for each thread. One thread at a time; makes garbage.
/// </summary>
internal sealed unsafe class RecordSource
{
    private readonly RecordArea* _area;
    private readonly bool _live;
    private readonly string _processName;
    private readonly ulong[] _next;
    private readonly RecordPlace[] _places;
    private readonly Dictionary<uint, byte[]> _names = [];

    /// <summary>A source that begins with the oldest records.</summary>
    /// <param name="area">The area. Safety: it outlives the source.</param>
    /// <param name="live">This process's: names are looked up as they are now.</param>
    public RecordSource(RecordArea* area, bool live)
    {
        _area = area;
        _live = live;
        _processName = TextOf(area->ProcessName, 64);
        _next = new ulong[area->RingSlots];
        _places = new RecordPlace[area->RingSlots];
        for (uint slot = 0; !live && slot < area->NamesUsed; slot++)
        {
            RecordName* name = RecordArea.NameAt(area, slot);
            if (name->Id != 0 && name->Length <= NameTable.MaxBytes)
            {
                _names[name->Id] = new ReadOnlySpan<byte>(name->Text, (int)name->Length).ToArray();
            }
        }
    }

    /// <summary>Records that were overwritten before they could be read, so far.</summary>
    public ulong Lost { get; private set; }

    /// <summary>Leaves out what has been written up to now.</summary>
    public void SkipToNow()
    {
        for (uint i = 0; i < Atomic.LoadAcquire(ref _area->RingsUsed); i++)
        {
            RecordRing* ring = RecordArea.RingAt(_area, i);
            uint cpu = RecordRing.CpuFrom(ring, out _next[i]);
            _places[i] = new RecordPlace(ring->ThreadId, cpu);
        }
    }

    /// <summary>The chunks since the last call, each behind the other in one buffer, and where each ends.</summary>
    public List<ReadOnlyMemory<byte>> Read()
    {
        List<ReadOnlyMemory<byte>> chunks = [];
        _names.EnsureCapacity(64);
        RecordEntry* buffer = (RecordEntry*)NativeMemory.Alloc(_area->RingRecords, RecordEntry.Bytes);
        try
        {
            // Under the table's lock no name that a record speaks of goes, and no floor is raised.
            lock (NameTable.Gate)
            {
                if (_live)
                {
                    _names.Clear(); // an id may have another name by now
                }

                for (uint i = 0; i < Atomic.LoadAcquire(ref _area->RingsUsed); i++)
                {
                    ReadRing(i, buffer, chunks);
                }
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }

        return chunks;
    }

    private void ReadRing(uint index, RecordEntry* buffer, List<ReadOnlyMemory<byte>> chunks)
    {
        RecordRing* ring = RecordArea.RingAt(_area, index);
        ulong from = Math.Max(_next[index], ring->Floor);
        uint cpu = RecordRing.CpuFrom(ring, out ulong counted);
        uint count = RecordRing.Copy(ring, from, buffer, _area->RingRecords, out ulong first);
        Span<RecordEntry> records = new(buffer, (int)count);
        if (count == 0)
        {
            return;
        }

        ulong lost = first - _next[index];
        Lost += lost;
        RecordPlace place = _next[index] != 0 && lost == 0 ? _places[index] : RecordPlace.Before(ring, records, first, cpu, counted);
        _next[index] = first + count;
        bool named = ring->NamedFor != 0;
        while (records.Length != 0)
        {
            ChunkHead head = new(
                _area->ProcessId, _processName, place, named ? ring->NamedFor : 0, named ? TextOf(ring->Name, RecordRing.NameBytes) : string.Empty, lost);
            using MemoryStream chunk = new(RecordChunk.MaxBytes);
            int written = RecordChunk.Write(chunk, records, head, NameOf);
            chunks.Add(chunk.ToArray());
            place = place.After(records[..written]);
            records = records[written..];
            lost = 0;
        }

        _places[index] = place;
    }

    private byte[]? NameOf(uint id)
    {
        if (!_names.TryGetValue(id, out byte[]? text) && _live)
        {
            _names[id] = text = NameTable.Text(id).ToArray();
        }

        return text;
    }

    /// <summary>A text that ends with 0 or with its room.</summary>
    internal static string TextOf(byte* text, int room)
    {
        ReadOnlySpan<byte> bytes = new(text, room);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
