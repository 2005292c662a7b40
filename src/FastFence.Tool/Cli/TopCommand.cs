using System.Globalization;
using FastFence.Tool.Attaching;
using FastFence.Tool.Reporting;
using FastFence.Tool.Tops;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>top</c>.</summary>
internal static class TopCommand
{
    private const string Home = "\u001b[H";
    private const string EndOfLine = "\u001b[K";
    private const string EndOfScreen = "\u001b[J";
    private const string Clear = "\u001b[2J";

    /// <summary>Finds the process, shows it until it is told to stop or the process ends, and gives the exit code.</summary>
    internal static int Execute(TopOptions options, ReportOutput output, int width, CancellationToken stop)
    {
        int pid = TargetProcess.Find(options.Pid, ProcessTable.OfMachine);
        string name = ProcessTable.OfMachine.Look(pid)?.Name ?? "?";
        using MetricStream stream = new(pid);
        TopFrame frame = new(string.Create(CultureInfo.InvariantCulture, $"fastfence top   pid {pid} ({name})"));
        bool first = true;
        try
        {
            while (stream.Next(stop) is { } snapshot)
            {
                IReadOnlyList<string> lines = frame.Render(snapshot, width);
                if (!snapshot.HasRates)
                {
                    continue; // a first interval has none
                }

                Show(lines, output, first);
                first = false;
                if (options.Once)
                {
                    output.WriteJson(TopJson.Write(pid, name, snapshot));
                    return ExitCodes.Ok;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Ok;
        }

        return first
            ? throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--pid: process {pid} ended before it said anything"))
            : Ended(output, pid);
    }

    private static int Ended(ReportOutput output, int pid)
    {
        output.Human.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Process {pid} has ended."));
        return ExitCodes.Ok;
    }

    // In place on a terminal; one below the other, with a blank line between, when redirected.
    private static void Show(IReadOnlyList<string> lines, ReportOutput output, bool first)
    {
        string text = output.IsTerminal
            ? $"{(first ? Clear : string.Empty)}{Home}{string.Join(EndOfLine + "\n", lines)}{EndOfLine}\n{EndOfScreen}"
            : string.Join('\n', lines) + "\n\n";
        output.Human.Write(text);
        output.Human.Flush();
    }
}
