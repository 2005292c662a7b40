using FastFence.Tool.Demos;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>demo unload</c>.</summary>
internal static class UnloadDemoCommand
{
    /// <summary>Does it, prints and writes through <paramref name="output"/>, and gives the exit code.</summary>
    internal static int Execute(UnloadDemoOptions options, ReportOutput output, CancellationToken stop)
    {
        UnloadDemoReport report;
        try
        {
            using UnloadDemo demo = new(options);
            report = demo.Execute(stop);
        }
        catch (InsufficientMemoryException e)
        {
            throw new IOException($"Not enough memory for this demo: {e.Message}", e); // the machine's refusal, exit code 3
        }

        UnloadTable.Write(report, output.Human, output.IsTerminal);
        output.WriteJson(report.ToJson());
        return report.IsClean ? ExitCodes.Ok : ExitCodes.Violations;
    }
}
