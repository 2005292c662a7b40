// Names are interned once, when a timeline is made, and copied into each fence as a 32-bit id (C9): a trace never asks an
// exporter. A name lives as long as the last timeline that uses it, and, where the flight recorder is or was on, as long as a record
// may speak of it. The table is bounded: at the bound new timelines are refused, a placeholder is never printed.
//
// Names without a timeline are given up by the batch. When a batch is full, every ring's count is marked; when the next one is full,
// the records before the mark are given up (most are overwritten by then) and the names of the first batch go.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Recording;

/// <summary>Interned UTF-8 names in native memory. Interning is cold and takes a managed lock; reading does not.</summary>
internal static unsafe class NameTable
{
    /// <summary>Longest name in bytes.</summary>
    public const int MaxBytes = 240;

    // Chains of eight at the bound. The pages of those that nobody has come to are not there: as many as names cost what they take.
    private const int BucketCount = 1 << 18;

    private static readonly Lock s_lock = new();
    private static readonly uint* s_buckets = (uint*)NativeMemory.AllocZeroed(BucketCount * sizeof(uint));
    private static readonly Queue<uint> s_given = new();
    private static RecordArea* s_area;
    private static int s_count;
    private static int s_unused;
    private static int s_batch;

    private struct Record
    {
        public uint Next;
        public uint References;
        public uint Slot; // in the recorder's area
        public ushort Length;
        public ushort Given; // how often it stands in the queue of names given up
        public fixed byte Text[MaxBytes]; // as many of them as the name has: a record is as long as its name
    }

    /// <summary>Most names at a time.</summary>
    public static int MaxNames { get; set; } = 1 << 21;

    /// <summary>Names given up before the oldest of them go; smaller under test.</summary>
    internal static int BatchSize { get; set; } = 1 << 12;

    /// <summary>Off under test only: names go with their timeline, whatever records say. The known-bad twin of C9.</summary>
    internal static bool KeepsNames { get; set; } = true;

    /// <summary>Names that a timeline uses.</summary>
    public static int Count => s_count - s_unused;

    /// <summary>Names that only records may speak of.</summary>
    public static int Unused => s_unused;

    /// <summary>Held by who reads the records and their names: none goes meanwhile.</summary>
    public static Lock Gate => s_lock;

    /// <summary>Interns a name and takes a reference on it; 0 when too long or at the bound.</summary>
    public static uint Intern(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxBytes)
        {
            return 0;
        }

        uint bucket = BucketOf(name);
        lock (s_lock)
        {
            for (uint id = s_buckets[bucket]; id != 0; id = RecordOf(id)->Next)
            {
                Record* candidate = RecordOf(id);
                if (name.SequenceEqual(new ReadOnlySpan<byte>(candidate->Text, candidate->Length)))
                {
                    s_unused -= candidate->References++ == 0 ? 1 : 0;
                    return id;
                }
            }

            return Add(bucket, name);
        }
    }

    /// <summary>One more reference on each of two names that somebody has one on; both in a word, the first low.</summary>
    public static ulong Keep(uint first, uint second)
    {
        lock (s_lock)
        {
            foreach (uint id in (ReadOnlySpan<uint>)[first, second])
            {
                s_unused -= RecordOf(id)->References++ == 0 ? 1 : 0;
            }
        }

        return first | ((ulong)second << 32);
    }

    /// <summary>Drops a reference; the last one frees the name, once no record speaks of it.</summary>
    public static void Release(uint id)
    {
        if (id == 0)
        {
            return;
        }

        lock (s_lock)
        {
            Record* record = RecordOf(id);
            if (--record->References != 0)
            {
                return;
            }

            s_unused++;
            if (s_area == null || (!KeepsNames && record->Given == 0))
            {
                Remove(id);
                return;
            }

            record->Given++;
            s_given.Enqueue(id);
            if (++s_batch >= BatchSize)
            {
                CloseBatch();
            }
        }
    }

    /// <summary>From here on names are written down in the recorder's area, too. False when they are too many for it.</summary>
    public static bool TryRecord(RecordArea* area)
    {
        lock (s_lock)
        {
            if (s_count > area->NameSlots)
            {
                return false;
            }

            for (uint bucket = 0; bucket < BucketCount; bucket++)
            {
                for (uint id = s_buckets[bucket]; id != 0; id = RecordOf(id)->Next)
                {
                    RecordOf(id)->Slot = RecordArea.AddName(area, id, Text(id));
                }
            }

            s_area = area;
            return true;
        }
    }

    /// <summary>The name of an id. Safety: the caller holds a reference, or a fence of its timeline.</summary>
    public static ReadOnlySpan<byte> Text(uint id) =>
        id == 0 ? default : TextOf(RecordOf(id));

    // Not by the constructor, which asks whether the length is below 0.
    private static ReadOnlySpan<byte> TextOf(Record* record) => MemoryMarshal.CreateReadOnlySpan(ref record->Text[0], record->Length);

    // Most names fit a line with their links.
    private static long BytesFor(int length) => sizeof(Record) - MaxBytes + length;

    private static Record* RecordOf(uint id) => (Record*)BlockHeap.At(id);

    private static uint Add(uint bucket, ReadOnlySpan<byte> name)
    {
        if (IsFull() && s_unused != 0)
        {
            CloseBatch();
            CloseBatch(); // the names without a timeline go, and the records with them
        }

        Record* record = IsFull() ? null : (Record*)BlockHeap.TryAllocate(BytesFor(name.Length));
        if (record == null)
        {
            return 0;
        }

        name.CopyTo(new Span<byte>(record->Text, name.Length));
        record->Length = (ushort)name.Length;
        record->References = 1;
        record->Next = s_buckets[bucket];
        uint added = BlockHeap.ReferenceOf(record);
        s_buckets[bucket] = added;
        s_count++;
        if (s_area != null)
        {
            record->Slot = RecordArea.AddName(s_area, added, name);
        }

        return added;
    }

    private static bool IsFull() => s_count >= MaxNames || (s_area != null && s_count >= s_area->NameSlots);

    private static void CloseBatch()
    {
        RecordArea.RaiseFloors(s_area);
        for (int older = s_given.Count - s_batch; older > 0; older--)
        {
            uint id = s_given.Dequeue();
            if (--RecordOf(id)->Given == 0 && RecordOf(id)->References == 0)
            {
                Remove(id);
            }
        }

        RecordArea.MarkRings(s_area);
        s_batch = 0;
    }

    private static void Remove(uint id)
    {
        Record* record = RecordOf(id);
        ref uint link = ref s_buckets[BucketOf(Text(id))];
        while (link != id)
        {
            link = ref RecordOf(link)->Next;
        }

        Atomic.StorePlain(ref link, record->Next);
        if (s_area != null)
        {
            RecordArea.RemoveName(s_area, record->Slot);
        }

        s_count--;
        s_unused--;
        BlockHeap.Free(record, BytesFor(record->Length));
    }

    private static uint BucketOf(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261; // FNV-1a
        foreach (byte b in name)
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash % BucketCount;
    }
}
