using System.Buffers.Binary;
using System.Globalization;
using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>Recordings in files: a stream of chunks, saved on demand, or the mapped area of a process that may have died.</summary>
internal static unsafe class RecordFile
{
    /// <summary>Writes chunks as a file.</summary>
    public static void Write(Stream stream, IEnumerable<ReadOnlyMemory<byte>> chunks)
    {
        Span<byte> magic = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(magic, RecordChunk.FileMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(magic[8..], RecordArea.CurrentVersion);
        stream.Write(magic);
        foreach (ReadOnlyMemory<byte> chunk in chunks)
        {
            stream.Write(chunk.Span);
        }
    }

    /// <summary>Reads a file of either form.</summary>
    /// <exception cref="InvalidDataException">It is no recording, of another version, or damaged; the message says which.</exception>
    public static RecordedTrace Read(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        ulong magic = file.Length < 12 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(file);
        CheckHead(magic, magic == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(8)));
        return magic == RecordArea.MapMagic ? ReadArea(file) : ReadChunks(file);
    }

    private static RecordedTrace ReadChunks(byte[] file)
    {
        RecordedTrace trace = new();
        for (int at = 12; at < file.Length;)
        {
            int length = file.Length - at < 4 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
            if (length < RecordChunk.HeadBytes || length > file.Length - at)
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The recording is cut short or damaged at byte {at}."));
            }

            trace.Add(file.AsSpan(at, length));
            at += length;
        }

        return trace;
    }

    /// <summary>Checks an area that lies in memory: file or another process's.</summary>
    /// <exception cref="InvalidDataException">It is none, of another version, or damaged.</exception>
    public static void Check(RecordArea* area, long length)
    {
        if (length >= RecordArea.HeadBytes)
        {
            CheckHead(area->Magic, area->Version);
        }

        bool fits = length >= RecordArea.HeadBytes && area->Magic == RecordArea.MapMagic && System.Numerics.BitOperations.IsPow2(area->RingRecords)
            && area->RingRecords <= 1 << 24 && area->RingSlots <= 1 << 16 && area->NameSlots <= 1 << 24
            && RecordArea.BytesFor(area->NameSlots, area->RingSlots, area->RingRecords) == length
            && area->RingsUsed <= area->RingSlots && area->NamesUsed <= area->NameSlots;
        for (uint i = 0; fits && i < area->RingsUsed; i++)
        {
            fits = RecordArea.RingAt(area, i)->Mask == area->RingRecords - 1;
        }

        if (!fits)
        {
            throw new InvalidDataException("The recording's sizes contradict each other: the file is cut short or damaged.");
        }
    }

    private static void CheckHead(ulong magic, uint version)
    {
        if (magic is not (RecordChunk.FileMagic or RecordArea.MapMagic))
        {
            throw new InvalidDataException("This is no recording of FastFence's flight recorder.");
        }

        if (version != RecordArea.CurrentVersion)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"This recording has version {version}; version {RecordArea.CurrentVersion} is read here. Use the tool of the same release."));
        }
    }

    private static RecordedTrace ReadArea(byte[] file)
    {
        fixed (byte* start = file)
        {
            RecordArea* area = (RecordArea*)start;
            Check(area, file.Length);
            RecordedTrace trace = new() { Calls = RecordedCall.In(area) };
            new RecordSource(area, live: false).Read().ForEach(chunk => trace.Add(chunk.Span));
            return trace;
        }
    }
}
