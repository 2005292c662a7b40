using System.Buffers;
using System.Buffers.Binary;

namespace FastFence.Telemetry;

/// <summary>The records of one CPU as pages of the kernel's ring buffer.</summary>
/// <remarks>
/// A page: 64-bit time of its first record, bytes committed, records. A record: a 32-bit word with its length in words (5 bits)
/// and the time since the one before (27 bits), then its payload. A longer pause is a record of its own (type 30).
/// </remarks>
internal sealed class TraceDatPages
{
    /// <summary>Size of a page.</summary>
    public const int PageBytes = 4096;

    private const int HeaderBytes = 16;
    private const int TypeTimeExtend = 30;
    private const int MaxShortWords = 28;
    private const int DeltaBits = 27;
    private const ulong DeltaMask = (1UL << DeltaBits) - 1;

    private readonly ArrayBufferWriter<byte> _pages = new();
    private readonly byte[] _page = new byte[PageBytes];
    private int _length = HeaderBytes;
    private long _time;

    /// <summary>Adds a record; times rise.</summary>
    public void Add(long time, ReadOnlySpan<byte> payload)
    {
        int words = (payload.Length + 3) / 4;
        int longest = 8 + 4 + (words > MaxShortWords ? 4 : 0) + (words * 4);
        if (_length == HeaderBytes || _length + longest > PageBytes)
        {
            Begin(time);
        }

        ulong delta = (ulong)(time - _time);
        if (delta > DeltaMask)
        {
            Put((uint)(TypeTimeExtend | ((delta & DeltaMask) << 5)));
            Put((uint)(delta >> DeltaBits));
            delta = 0;
        }

        _time = time;
        if (words <= MaxShortWords)
        {
            Put((uint)words | ((uint)delta << 5));
        }
        else
        {
            Put((uint)delta << 5);
            Put((uint)((words * 4) + 4)); // counts itself
        }

        payload.CopyTo(_page.AsSpan(_length));
        _length += words * 4;
    }

    /// <summary>The pages.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        End();
        return _pages.WrittenMemory;
    }

    private void Begin(long time)
    {
        End();
        BinaryPrimitives.WriteInt64LittleEndian(_page, time);
        _time = time;
    }

    private void End()
    {
        if (_length > HeaderBytes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_page.AsSpan(8), (ulong)(_length - HeaderBytes));
            _pages.Write(_page);
            Array.Clear(_page);
            _length = HeaderBytes;
        }
    }

    private void Put(uint word)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(_length), word);
        _length += sizeof(uint);
    }
}
