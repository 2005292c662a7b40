using System.Globalization;

namespace FastFence.Tool.Reporting;

/// <summary>One line a second: overwritten in place on a terminal, a line of its own when redirected.</summary>
/// <remarks>
/// Formats into one buffer, so that the steady state of a run stays free of managed allocation; what the console itself
/// allocates is measured, so that it can be taken off the run's figure. One thread only.
/// </remarks>
internal sealed class ProgressLine(TextWriter writer, bool isTerminal, int width = ProgressLine.MaxWidth)
{
    /// <summary>Longest line, and the width assumed where none is known.</summary>
    internal const int MaxWidth = 256;

    private readonly char[] _line = new char[MaxWidth + 1];
    private int _shown;

    /// <summary>Bytes allocated inside <see cref="Print"/> and <see cref="Finish"/> so far, on the thread that called them.</summary>
    internal long AllocatedBytes { get; private set; }

    /// <summary>Shows one second.</summary>
    internal void Print(in SecondSample sample)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        int length = 0;
        Append(ref length, sample.Second, 4, " s  ");
        Append(ref length, sample.Fences, 12, " fences/s  ");
        Append(ref length, sample.Callbacks, 12, " callbacks/s  ");
        Append(ref length, sample.Waits, 11, " waits/s  ");
        Append(ref length, sample.Names, 11, " names/s  ");
        Append(ref length, sample.Limbo, 7, " limbo  ");
        Append(ref length, sample.Live, 9, " live");
        if (isTerminal)
        {
            Overwrite(length);
        }
        else
        {
            _line[length] = '\n';
            writer.Write(_line, 0, length + 1);
        }

        writer.Flush();
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Ends the line on a terminal, so that what follows starts on a new one.</summary>
    internal void Finish()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        if (isTerminal && _shown > 0)
        {
            writer.Write('\n');
            writer.Flush();
        }

        _shown = 0;
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // By hand: an interpolated handler boxes each number until the JIT has optimized it, which a line a second never gets to.
    // The longest line, six numbers of 26 characters and the words, fits.
    private void Append(ref int length, long number, int width, string word)
    {
        Span<char> digits = stackalloc char[32];
        number.TryFormat(digits, out int count, "N0", CultureInfo.InvariantCulture);
        int pad = Math.Max(0, width - count);
        Span<char> rest = _line.AsSpan(length);
        rest[..pad].Fill(' ');
        digits[..count].CopyTo(rest[pad..]);
        word.CopyTo(rest[(pad + count)..]);
        length += pad + count + word.Length;
    }

    // A line as wide as the terminal would wrap, and the carriage return would then go to the wrong line.
    private void Overwrite(int length)
    {
        length = Math.Min(length, Math.Max(1, width - 1));
        int padded = Math.Max(length, _shown);
        _line.AsSpan(length, padded - length).Fill(' ');
        writer.Write('\r');
        writer.Write(_line, 0, padded);
        _shown = length;
    }
}
