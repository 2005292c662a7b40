// A piece of a recording that stands for itself: some records of one thread and the names they speak of. Recordings are streams of
// them, and so is what a running process sends over EventPipe.
//
//   length │ process │ thread │ named thread │ records │ names │ lost │ CPU │ 0 │ thread's name 16 │ process's name 64 │ names: id, length, text │ records
using System.Buffers.Binary;
using System.Text;
using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>Writing chunks.</summary>
internal static unsafe class RecordChunk
{
    /// <summary>"FFRECSTR" as a little-endian number: begins a file of chunks.</summary>
    public const ulong FileMagic = 0x5254534345524646;

    /// <summary>Bytes before the names.</summary>
    public const int HeadBytes = TextsAt + RecordRing.NameBytes + 64;

    /// <summary>Where the names of thread and process stand.</summary>
    public const int TextsAt = 40;

    /// <summary>Most bytes of a chunk: an EventPipe event has 64 KB.</summary>
    public const int MaxBytes = 48 << 10;

    /// <summary>Writes as many of the records as there is room for; how many.</summary>
    /// <param name="into">Takes the chunk, behind what it holds.</param>
    /// <param name="records">Records of one ring, in their order.</param>
    /// <param name="of">Process, thread, names.</param>
    /// <param name="textOf">Name of an id; null when there is none.</param>
    public static int Write(MemoryStream into, ReadOnlySpan<RecordEntry> records, in ChunkHead of, Func<uint, byte[]?> textOf)
    {
        Dictionary<uint, byte[]> names = [];
        int bytes = HeadBytes;
        int count = 0;
        for (; count < records.Length; count++)
        {
            bytes += RecordEntry.Bytes + Add(names, records[count].Driver, textOf) + Add(names, records[count].Timeline, textOf);
            if (bytes > MaxBytes && count != 0)
            {
                break; // its names may stand there without it; a record and its rest may part, the reader joins them
            }
        }

        Span<byte> head = stackalloc byte[HeadBytes];
        head.Clear();
        int length = HeadBytes + names.Sum(static n => 6 + n.Value.Length) + (count * RecordEntry.Bytes);
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], of.ProcessId);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], of.Place.Thread);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], of.NamedThread);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], count);
        BinaryPrimitives.WriteInt32LittleEndian(head[20..], names.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(head[24..], of.Lost);
        BinaryPrimitives.WriteUInt32LittleEndian(head[32..], of.Place.Cpu);
        Put(head.Slice(TextsAt, RecordRing.NameBytes), of.ThreadName);
        Put(head.Slice(TextsAt + RecordRing.NameBytes, 64), of.ProcessName);
        into.Write(head);
        Span<byte> entry = stackalloc byte[6];
        foreach ((uint id, byte[] text) in names)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry, id);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[4..], (ushort)text.Length);
            into.Write(entry);
            into.Write(text);
        }

        fixed (RecordEntry* first = records)
        {
            into.Write(new ReadOnlySpan<byte>(first, count * RecordEntry.Bytes));
        }

        return count;
    }

    private static int Add(Dictionary<uint, byte[]> names, uint id, Func<uint, byte[]?> textOf)
    {
        if (id == 0 || names.ContainsKey(id) || textOf(id) is not { } text)
        {
            return 0;
        }

        names.Add(id, text);
        return 6 + text.Length;
    }

    private static void Put(Span<byte> target, string text) =>
        Encoding.UTF8.GetEncoder().Convert(text, target[..^1], flush: true, out _, out _, out _);
}
