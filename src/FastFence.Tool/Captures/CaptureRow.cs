using System.Collections.Immutable;
using System.Globalization;

namespace FastFence.Tool.Captures;

/// <summary>One row cut at its commas, with strict readers for each kind of field. Reused from row to row.</summary>
internal sealed class CaptureRow(string path, ImmutableArray<string> columns)
{
    /// <summary>Longest name in bytes: the kernel's task names end at 15, its ring names well below this.</summary>
    internal const int MaxText = 64;

    private readonly byte[] _bytes = new byte[CaptureLines.MaxLine + 2];
    private readonly int[] _starts = new int[columns.Length];
    private readonly int[] _ends = new int[columns.Length];
    private readonly HashSet<string> _pool = new(StringComparer.Ordinal);

    /// <summary>Line of the row, from 1.</summary>
    internal long Line { get; private set; }

    /// <summary>Takes a line; it must have exactly the columns of the form and no quotes.</summary>
    internal void Set(ReadOnlySpan<byte> line, long number)
    {
        Line = number;
        line.CopyTo(_bytes);
        int start = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            int comma = start <= line.Length ? line[start..].IndexOf((byte)',') : -1;
            if (start > line.Length || (line.Length == 0 && columns.Length > 1))
            {
                throw Error(i, line.Length == 0 ? "an empty line" : "the end of the line",
                    $"{columns.Length} columns");
            }

            _starts[i] = start;
            _ends[i] = comma < 0 ? line.Length : start + comma;
            start = _ends[i] + 1;
            if (Field(i).Contains((byte)'"'))
            {
                throw Error(i, FieldText.Show(Field(i)), "a field without quotes (quoting is not supported)");
            }
        }

        if (start <= line.Length)
        {
            throw new CaptureFormatException(path, Line, columns.Length + 1, "(none)", FieldText.Show(line[start..]),
                $"the end of the line after {columns.Length} columns");
        }
    }

    /// <summary>An unsigned 64-bit decimal number: digits and nothing else.</summary>
    internal ulong Number(int column) =>
        ulong.TryParse(Field(column), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw Error(column, "an unsigned 64-bit number");

    /// <summary>A time: 0 to 2^63-1 nanoseconds, so that differences of two times never overflow.</summary>
    internal long Nanoseconds(int column) =>
        long.TryParse(Field(column), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw Error(column, $"a time in nanoseconds, 0 to {long.MaxValue}");

    /// <summary>A small number (process, CPU, display, count): 0 to 2^31-1.</summary>
    internal int Small(int column) =>
        int.TryParse(Field(column), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Error(column, $"a number from 0 to {int.MaxValue}");

    /// <summary>A name. Equal names share one string: a capture has a handful of them.</summary>
    internal string Text(int column)
    {
        Span<char> chars = stackalloc char[MaxText];
        ReadOnlySpan<byte> field = Field(column);
        int length = field.Length is > 0 and <= MaxText ? FieldText.TryDecode(field, chars) : -1;
        ReadOnlySpan<char> text = chars[..Math.Max(length, 0)];
        if (length <= 0 || HasControl(text))
        {
            throw Error(column, $"a name of 1 to {MaxText} bytes of printable UTF-8");
        }

        var pool = _pool.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!pool.TryGetValue(text, out string? name))
        {
            _pool.Add(name = text.ToString());
        }

        return name;
    }

    /// <summary>Raw bytes of a field; valid until the next <see cref="Set"/>.</summary>
    internal ReadOnlySpan<byte> Field(int column) => _bytes.AsSpan(_starts[column], _ends[column] - _starts[column]);

    /// <summary>The error for a field that is not what <paramref name="expected"/> says.</summary>
    internal CaptureFormatException Error(int column, string expected) =>
        Error(column, FieldText.Show(Field(column)), expected);

    private CaptureFormatException Error(int column, string found, string expected) =>
        new(path, Line, column + 1, columns[column], found, expected);

    private static bool HasControl(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }
}
