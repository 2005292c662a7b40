namespace FastFence.Tool.Captures;

/// <summary>Cuts a stream into lines of bytes: LF or CRLF, a UTF-8 byte order mark skipped, a missing last newline allowed.</summary>
/// <remarks>
/// Own code and not <see cref="StreamReader"/>: that ends lines at a lone CR too, allocates a string a line, and holds a line
/// of any length in memory, which a binary file given by mistake would exploit.
/// </remarks>
internal sealed class CaptureLines(Stream stream, string path)
{
    /// <summary>Longest line in bytes. The documented forms need under 300.</summary>
    internal const int MaxLine = 64 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly byte[] _buffer = new byte[MaxLine + 2];
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>Number of the line last read, from 1.</summary>
    internal long Line { get; private set; }

    /// <summary>Reads the next line, without its end. The span is valid until the next call.</summary>
    internal bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                int length = searched + newline;
                line = Take(length, length + 1);
                if (line is [.., (byte)'\r'])
                {
                    line = line[..^1];
                }

                return true;
            }

            searched = _end - _start;
            if (_atEnd)
            {
                line = searched > 0 ? Take(searched, searched) : [];
                return searched > 0;
            }

            Fill();
        }
    }

    private ReadOnlySpan<byte> Take(int length, int advance)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += advance;
        Line++;
        return Line == 1 && line.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            throw new CaptureFormatException(path, Line + 1, $"a line longer than {MaxLine} bytes", "a row of a capture");
        }

        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
    }
}
