using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>doctor</c>.</summary>
internal static class DoctorCommand
{
    /// <summary>Does it, prints and writes through <paramref name="output"/>, and gives the exit code.</summary>
    /// <remarks><paramref name="stop"/> is cancelled by SIGINT and SIGTERM: stop cleanly and report what there is.</remarks>
    internal static int Execute(DoctorOptions options, ReportOutput output, CancellationToken stop)
    {
        Console.Error.WriteLine("fastfence doctor: not built yet");
        return ExitCodes.Internal;
    }
}
