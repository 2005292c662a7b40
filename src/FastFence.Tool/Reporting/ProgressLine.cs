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
    internal const int MaxWidth = 200;

    private readonly char[] _line = new char[MaxWidth + 1];
    private int _shown;

    /// <summary>Bytes allocated inside <see cref="Print"/> and <see cref="Finish"/> so far, on the thread that called them.</summary>
    internal long AllocatedBytes { get; private set; }

    /// <summary>Shows one second.</summary>
    internal void Print(in SecondSample sample)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Span<char> line = _line.AsSpan(0, MaxWidth);
        line.TryWrite(CultureInfo.InvariantCulture,
            $"{sample.Second,4} s  {sample.Fences,12:N0} fences/s  {sample.Callbacks,12:N0} callbacks/s  {sample.Waits,11:N0} waits/s  {sample.Names,11:N0} names/s  limbo {sample.Limbo:N0}  live {sample.Live:N0}",
            out int length);
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
