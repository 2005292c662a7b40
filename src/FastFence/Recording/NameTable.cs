// Names are interned once, when a timeline is made, and copied into each fence as a 32-bit id (C9): a trace never asks an
// exporter. A record lives as long as the last timeline that uses it. The table is bounded: at the bound new timelines are
// refused, a placeholder is never printed.
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Recording;

/// <summary>Interned UTF-8 names in native memory. Interning is cold and takes a managed lock; reading does not.</summary>
internal static unsafe class NameTable
{
    /// <summary>Longest name in bytes.</summary>
    public const int MaxBytes = 240;

    private const int RecordBytes = 256;
    private const int BucketCount = 4096;

    private static readonly Lock s_lock = new();
    private static readonly uint[] s_buckets = new uint[BucketCount];
    private static int s_count;

    private struct Record
    {
        public uint Next;
        public uint References;
        public uint Hash;
        public int Length;
        public fixed byte Text[MaxBytes];
    }

    /// <summary>Most names at a time.</summary>
    public static int MaxNames { get; set; } = 1 << 21;

    /// <summary>Names now.</summary>
    public static int Count => s_count;

    /// <summary>Interns a name and takes a reference on it; 0 when too long or at the bound.</summary>
    public static uint Intern(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxBytes)
        {
            return 0;
        }

        uint hash = HashOf(name);
        lock (s_lock)
        {
            for (uint id = s_buckets[hash % BucketCount]; id != 0; id = RecordOf(id)->Next)
            {
                Record* candidate = RecordOf(id);
                if (candidate->Hash == hash && name.SequenceEqual(new ReadOnlySpan<byte>(candidate->Text, candidate->Length)))
                {
                    candidate->References++;
                    return id;
                }
            }

            Record* record = s_count < MaxNames ? (Record*)BlockHeap.TryAllocate(RecordBytes) : null;
            if (record == null)
            {
                return 0;
            }

            name.CopyTo(new Span<byte>(record->Text, MaxBytes));
            record->Length = name.Length;
            record->Hash = hash;
            record->References = 1;
            record->Next = s_buckets[hash % BucketCount];
            uint added = BlockHeap.ReferenceOf(record);
            s_buckets[hash % BucketCount] = added;
            s_count++;
            return added;
        }
    }

    /// <summary>Drops a reference; the last one frees the record.</summary>
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

            ref uint link = ref s_buckets[record->Hash % BucketCount];
            while (link != id)
            {
                link = ref RecordOf(link)->Next;
            }

            Atomic.StorePlain(ref link, record->Next);
            s_count--;
            BlockHeap.Free(record, RecordBytes);
        }
    }

    /// <summary>The name of an id. Safety: the caller holds a reference, or a fence of its timeline.</summary>
    public static ReadOnlySpan<byte> Text(uint id) =>
        id == 0 ? default : new ReadOnlySpan<byte>(RecordOf(id)->Text, RecordOf(id)->Length);

    private static Record* RecordOf(uint id) => (Record*)BlockHeap.At(id);

    private static uint HashOf(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261; // FNV-1a
        foreach (byte b in name)
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash;
    }
}
