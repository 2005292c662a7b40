using FastFence.Tool.Demos;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>demo signals</c>.</summary>
internal static class SignalDemoCommand
{
    /// <summary>Does it, prints and writes through <paramref name="output"/>, and gives the exit code.</summary>
    /// <remarks>Over within a second or two: <paramref name="stop"/> is not looked at.</remarks>
    internal static int Execute(SignalDemoOptions options, ReportOutput output, CancellationToken stop)
    {
        SignalReport report;
        try
        {
            using SignalDemo demo = new(options);
            report = demo.Execute();
        }
        catch (InsufficientMemoryException e)
        {
            throw new IOException($"Not enough memory for this demo: {e.Message}", e); // the machine's refusal, exit code 3
        }

        report.Write(output.Human);
        output.WriteJson(report.ToJson());
        return report.Violations == 0 ? ExitCodes.Ok : ExitCodes.Violations;
    }
}
