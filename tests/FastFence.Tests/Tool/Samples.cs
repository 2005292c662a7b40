using FastFence.Tool.Captures;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tests.Tool;

/// <summary>Reports with something in every field.</summary>
internal static class Samples
{
    internal static RunReport Run() => Fill(new RunReport { Options = new RunOptions { Seed = ulong.MaxValue } });

    internal static ReplayReport Replay()
    {
        ContextLedger ledger = new();
        foreach (ulong seqno in (ReadOnlySpan<ulong>)[1, 2, 5, 4, 6])
        {
            ledger.Signaled(0, "gfx", "amdgpu", seqno);
        }

        ReplayReport report = Fill(new ReplayReport
        {
            Options = new ReplayOptions { Capture = "a.csv", Speed = ReplaySpeed.Max },
            Capture = "a.csv",
            Form = CaptureForm.Jobs,
        });
        report.Jobs = 639;
        report.Fences = 1917;
        report.RetiredByPoller = 1917;
        report.Contexts = ledger.ToReports();
        return report;
    }

    private static T Fill<T>(T report)
        where T : Report
    {
        LatencyRecorder recorder = new();
        recorder.Record(850);
        recorder.Record(12_345);
        report.Seconds = 2;
        report.FencesCreated = report.FencesSignaled = 5_123_456;
        report.CallbacksRun = 1000;
        report.ManagedBytes = 512;
        report.RetireLatencyNs = recorder.Summarize();
        report.Series = [new SecondSample(1, 2_500_000, 500, 0, 0, 7, 9)];
        return report;
    }
}
