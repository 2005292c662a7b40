using FastFence.Tool.Conversions;
using FastFence.Tool.Pauses;
using FastFence.Tool.Reporting;
using FastFence.Tool.Runs;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>run</c>.</summary>
internal static class RunCommand
{
    /// <summary>Does it, prints and writes through <paramref name="output"/>, and gives the exit code.</summary>
    /// <remarks><paramref name="stop"/> is cancelled by SIGINT and SIGTERM: stop cleanly and report what there is.</remarks>
    internal static int Execute(RunOptions options, ReportOutput output, CancellationToken stop)
    {
        if (options.Poller == PollerChoice.Both && options.GcLoad == 0)
        {
            throw new UsageException("--poller: 'both' compares the pollers under collections; say how many with --gc-load, such as --gc-load 1000");
        }

        if (options.Record == RecordingMode.Off && (options.Trace ?? options.RecordFile) != null)
        {
            throw new UsageException("--trace and --record-file need records: leave --record off out");
        }

        if (options.Checked)
        {
            TurnChecksOn();
        }

        try
        {
            if (options.GcLoad > 0)
            {
                PauseReport report = new PauseRun(options).Execute(stop);
                report.Write(output.Human, output.IsTerminal);
                output.WriteJson(report.ToJson());
                return report.ExitCode;
            }

            if (options.RecordFile != null)
            {
                FlightRecorder.Configure(new FlightRecorderOptions { File = options.RecordFile });
            }

            using FenceRun run = new(options);
            OwnTrace? trace = TraceOption.Open(options.Trace);
            RunReport ran = run.Execute(output.StartProgress(), stop);
            trace?.WriteAll(output.Human);
            return output.Publish(ran);
        }
        catch (InsufficientMemoryException e)
        {
            throw new IOException($"Not enough memory for this run: {e.Message}", e); // the machine's refusal, exit code 3
        }
    }

    // The library decides at its first use, which in this process is what follows.
    private static void TurnChecksOn()
    {
        AppContext.SetData(CheckedMode.Option, "1");
        if (!CheckedMode.IsOn)
        {
            throw new UsageException(
                $"--checked: checked mode is off in this process ({CheckedMode.Variable} says so, or FastFence was used before); set {CheckedMode.Variable}=1");
        }
    }
}
