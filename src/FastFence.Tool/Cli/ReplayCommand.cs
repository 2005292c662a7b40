using FastFence.Tool.Captures;
using FastFence.Tool.Replays;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>replay</c>.</summary>
internal static class ReplayCommand
{
    /// <summary>Does it, prints and writes through <paramref name="output"/>, and gives the exit code.</summary>
    /// <remarks><paramref name="stop"/> is cancelled by SIGINT and SIGTERM: stop cleanly and report what there is.</remarks>
    internal static int Execute(ReplayOptions options, Capture capture, ReportOutput output, CancellationToken stop)
    {
        ReplayPlan plan = ReplayPlan.Of(capture);
        ReplayReport report = new() { Options = options, Capture = capture.Path, Form = capture.Form };
        new Player(plan, report, output, TraceOption.Open(options.Trace)).Run(stop);
        return output.Publish(report);
    }
}
