using FastFence.Tool.Captures;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>What each verb does once its options are checked; gives the exit code. Tests put their own in place.</summary>
/// <param name="Run">The action of <c>run</c>.</param>
/// <param name="Replay">The action of <c>replay</c>; its capture is read and checked as a whole.</param>
/// <param name="Doctor">The action of <c>doctor</c>.</param>
/// <param name="AwaitDemo">The action of <c>demo await</c>.</param>
/// <param name="SignalDemo">The action of <c>demo signals</c>.</param>
/// <param name="UnloadDemo">The action of <c>demo unload</c>.</param>
internal sealed record Verbs(
    Func<RunOptions, ReportOutput, CancellationToken, int> Run,
    Func<ReplayOptions, Capture, ReportOutput, CancellationToken, int> Replay,
    Func<DoctorOptions, ReportOutput, CancellationToken, int> Doctor,
    Func<AwaitDemoOptions, ReportOutput, CancellationToken, int> AwaitDemo,
    Func<SignalDemoOptions, ReportOutput, CancellationToken, int> SignalDemo,
    Func<UnloadDemoOptions, ReportOutput, CancellationToken, int> UnloadDemo)
{
    /// <summary>The real ones.</summary>
    internal static Verbs Built { get; } = new(
        RunCommand.Execute, ReplayCommand.Execute, DoctorCommand.Execute, AwaitDemoCommand.Execute, SignalDemoCommand.Execute,
        UnloadDemoCommand.Execute);
}
