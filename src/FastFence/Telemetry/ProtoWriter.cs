using System.Buffers.Binary;
using System.Text;

namespace FastFence.Telemetry;

/// <summary>
/// Writes protobuf fields into a buffer. Lengths of nested messages are padded to four bytes, as Perfetto's own writer does: no
/// second pass. Not thread-safe.
/// </summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int PaddedBytes = 4;
    private const int MaxMessage = (1 << (7 * PaddedBytes)) - 1;

    private byte[] _buffer = new byte[64 * 1024];
    private int _length;

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Forgets it.</summary>
    public void Clear() => _length = 0;

    /// <summary>An integer field.</summary>
    public void Put(int field, ulong value)
    {
        PutTag(field, Varint);
        PutVarint(value);
    }

    /// <summary>A signed field of type int32 or int64.</summary>
    public void Put(int field, long value) => Put(field, unchecked((ulong)value));

    /// <summary>A field of type fixed64.</summary>
    public void PutFixed(int field, ulong value)
    {
        PutTag(field, Fixed64);
        Grow(sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_length), value);
        _length += sizeof(ulong);
    }

    /// <summary>A string field.</summary>
    public void Put(int field, string value)
    {
        PutTag(field, LengthDelimited);
        int bytes = Encoding.UTF8.GetByteCount(value);
        PutVarint((ulong)bytes);
        Grow(bytes);
        Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
        _length += bytes;
    }

    /// <summary>Begins a nested message; its place, for <see cref="End"/>.</summary>
    public int Begin(int field)
    {
        PutTag(field, LengthDelimited);
        Grow(PaddedBytes);
        _length += PaddedBytes;
        return _length;
    }

    /// <summary>Ends a nested message.</summary>
    public void End(int place)
    {
        int bytes = _length - place;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, MaxMessage);
        for (int i = 0; i < PaddedBytes; i++)
        {
            bool more = i < PaddedBytes - 1;
            _buffer[place - PaddedBytes + i] = (byte)((bytes & 0x7F) | (more ? 0x80 : 0));
            bytes >>= 7;
        }
    }

    private void PutTag(int field, int type) => PutVarint(((ulong)field << 3) | (uint)type);

    private void PutVarint(ulong value)
    {
        Grow(10);
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_length++] = (byte)value;
    }

    private void Grow(int bytes)
    {
        if (_length + bytes > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
        }
    }
}
