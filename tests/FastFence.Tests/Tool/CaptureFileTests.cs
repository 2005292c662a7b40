using FastFence.Tool.Captures;
using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The real captures give the figures of the README beside them.</summary>
public class CaptureFileTests
{
    private static Capture Jobs => Capture.Load(TraceFolder.File("amdgpu-steamvr-2017.jobs.csv"));

    private static Capture Events => Capture.Load(TraceFolder.File("amdgpu-steamvr-2017.csv"));

    [Fact]
    public void TheJobsCaptureHas639JobsOnTwoContexts()
    {
        Capture capture = Jobs;
        Assert.Equal(CaptureForm.Jobs, capture.Form);
        Assert.Equal(639, capture.Jobs.Length);
        Assert.Empty(capture.Events);
        Assert.Equal([(105ul, 213), (4929ul, 426)],
            capture.Jobs.CountBy(static j => j.FinishedContext).Select(static c => (c.Key, c.Value)).Order());
    }

    [Fact]
    public void TheJobsCaptureHasTheTimesOfItsReadme()
    {
        var jobs = Jobs.Jobs;
        Assert.Equal(1_325, jobs.Min(static j => j.FinishedSignalNs - j.SubmitNs) / 1000.0, tolerance: 1.0);
        Assert.Equal(5_196, jobs.Max(static j => j.FinishedSignalNs - j.SubmitNs) / 1000.0, tolerance: 1.0);
        Assert.Equal(1_664, jobs.Max(static j => j.RunNs - j.SubmitNs) / 1000.0, tolerance: 1.0);
    }

    [Fact]
    public void TheJobsCaptureHasFiveContextsAndOneNopOnTheHardwareRing()
    {
        ContextLedger ledger = new();
        foreach (CaptureJob job in Jobs.Jobs)
        {
            ledger.Signaled(job.ScheduledContext, job.Timeline, "amd_sched", job.Seqno);
            ledger.Signaled(CaptureJob.HardwareContext, job.Timeline, "amdgpu", job.HardwareSeqno);
            ledger.Signaled(job.FinishedContext, job.Timeline, "amd_sched", job.Seqno);
        }

        var rows = ledger.ToReports();
        Assert.Equal([(0ul, 639L), (104, 213), (105, 213), (4928, 426), (4929, 426)], rows.Select(static r => (r.Context, r.Fences)));
        Assert.All(rows, static r => Assert.Equal(0, r.OrderViolations));
        Assert.Equal([(0ul, 1L, 1ul)], rows.Where(static r => r.Gaps != 0).Select(static r => (r.Context, r.Gaps, r.Nops)));
    }

    [Fact]
    public void TheEventsCaptureHasTheEventsOfItsReadme()
    {
        Capture capture = Events;
        Assert.Equal(CaptureForm.Events, capture.Form);
        Assert.Empty(capture.Jobs);
        var kinds = capture.Events.CountBy(static e => e.Kind).ToDictionary();
        Assert.Equal(1976, kinds[CaptureEventKind.Signal]);
        Assert.Equal(755, kinds[CaptureEventKind.Submit]);
        Assert.Equal(693, kinds[CaptureEventKind.Run]);
        Assert.Equal(247, kinds[CaptureEventKind.Vblank]);
    }

    [Fact]
    public void TheEventsCaptureHasNineContextsWithoutGapOrReorder()
    {
        ContextLedger ledger = new();
        foreach (CaptureEvent e in Events.Events.Where(static e => e.Kind == CaptureEventKind.Signal))
        {
            ledger.Signaled(e.Context, e.Timeline, e.Driver, e.Seqno);
        }

        Assert.Equal(
            [
                new(0, "gfx", "amdgpu", 640, 0, 0, 0), new(10, "sdma1", "amdgpu", 2, 0, 0, 0),
                new(72, "sdma1", "amd_sched", 23, 0, 0, 0), new(73, "sdma1", "amd_sched", 2, 0, 0, 0),
                new(104, "gfx", "amd_sched", 223, 0, 0, 0), new(105, "gfx", "amd_sched", 213, 0, 0, 0),
                new(122, "sdma0", "amd_sched", 1, 0, 0, 0), new(4928, "gfx", "amd_sched", 446, 0, 0, 0),
                new ContextReport(4929, "gfx", "amd_sched", 426, 0, 0, 0),
            ],
            ledger.ToReports());
    }

    [Fact]
    public void AMissingFileIsNamed() =>
        Assert.Equal("/nowhere/x.csv: no such file", Assert.Throws<CaptureException>(static () => Capture.Load("/nowhere/x.csv")).Message);

    [Fact]
    public void ADirectoryIsNoCapture() =>
        Assert.EndsWith("is a directory, expected a capture file",
            Assert.Throws<CaptureException>(static () => Capture.Load(Path.GetTempPath())).Message, StringComparison.Ordinal);
}
