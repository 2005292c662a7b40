using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>Standard output and error of the tool; tests put their own in place.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="OutIsTerminal">Output goes to a terminal.</param>
/// <param name="ErrorIsTerminal">Error goes to a terminal.</param>
/// <param name="Width">Columns of the terminal.</param>
internal sealed record Streams(TextWriter Out, TextWriter Error, bool OutIsTerminal, bool ErrorIsTerminal, int Width)
{
    /// <summary>The process's own.</summary>
    internal static Streams OfProcess()
    {
        bool isTerminal = !Console.IsOutputRedirected || !Console.IsErrorRedirected;
        int width = isTerminal ? Console.WindowWidth : 0;
        return new Streams(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected,
            width > 0 ? width : ProgressLine.MaxWidth);
    }
}
