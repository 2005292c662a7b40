using FastFence.Tool.Captures;
using FastFence.Tool.Cli;
using FastFence.Tool.Replays;
using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>Replays on the real engine: the real captures at full speed, small ones at their own pace.</summary>
public sealed class ReplayTests
{
    [Fact]
    public void TheRealJobsAreRetiredWholeAndInOrder()
    {
        ReplayReport report = Play(Capture.Load(TraceFolder.File("amdgpu-steamvr-2017.jobs.csv")), ReplaySpeed.Max);
        AssertClean(report);
        Assert.Equal((639, 1917, 1917, 0), (report.Jobs, report.Fences, report.RetiredByPoller, report.OrderViolations));
        Assert.Equal(
            [
                new ContextReport(0, "gfx", "amdgpu", 639, 0, 1, 1),
                new ContextReport(104, "gfx", "amd_sched", 213, 0, 0, 0),
                new ContextReport(105, "gfx", "amd_sched", 213, 0, 0, 0),
                new ContextReport(4928, "gfx", "amd_sched", 426, 0, 0, 0),
                new ContextReport(4929, "gfx", "amd_sched", 426, 0, 0, 0),
            ],
            report.Contexts);
        Assert.Equal(0, report.DeviationNs.Count);
        Assert.Equal(1917, report.RetireLatencyNs.Count);
    }

    [Fact]
    public void TheRealEventsAreRetiredWholeAndInOrder()
    {
        ReplayReport report = Play(Capture.Load(TraceFolder.File("amdgpu-steamvr-2017.csv")), ReplaySpeed.Max);
        AssertClean(report);
        Assert.Equal((755, 1976, 1976, 247), (report.Jobs, report.Fences, report.RetiredByPoller, report.VblankRows));
        Assert.Equal([640, 2, 23, 2, 223, 213, 1, 446, 426], report.Contexts.Select(static c => c.Fences));
        Assert.Equal(0, report.GapsTotal);
        Assert.Equal(693, report.RunRows);
    }

    [Fact]
    public void TheMissingHardwareSeqnoOfTheRealJobsIsPlayedAsANop()
    {
        ReplayPlan plan = ReplayPlan.Of(Capture.Load(TraceFolder.File("amdgpu-steamvr-2017.jobs.csv")));
        ReplayFence behind = Assert.Single(plan.Fences, static f => f.NopsBefore != 0);
        Assert.Equal((0UL, 3_803_526UL, 1), (plan.Contexts[behind.Context].Number, behind.Seqno, behind.NopsBefore));
    }

    [Fact]
    public void AtItsOwnPaceEachFenceSignalsAtItsTimeAndNeverBefore()
    {
        // Two jobs of 40 ms, one behind the other, at a pace that any machine keeps up with.
        const long Ms = 1_000_000;
        Capture capture = CaptureText.Read(CaptureText.Jobs(
            $"{5 * Ms},gfx,11,7,a,1,1,{6 * Ms},{10 * Ms},{44 * Ms},50,{45 * Ms},1",
            $"{6 * Ms},gfx,11,8,a,1,1,{46 * Ms},{50 * Ms},{84 * Ms},51,{85 * Ms},1"));
        ReplayReport report = Play(capture, ReplaySpeed.Own);
        AssertClean(report);
        Assert.Equal((2, 6, 6, 0), (report.Jobs, report.Fences, report.RetiredByPoller, report.OrderViolations));
        Assert.Equal([2, 2, 2], report.Contexts.Select(static c => c.Fences));
        Assert.Equal(6, report.DeviationNs.Count);
        Assert.InRange(report.DeviationNs.P50, 0, 60_000 * Ms); // how late is the machine's affair
        Assert.InRange(report.Seconds, 0.079, 60);
    }

    [Fact]
    public void SeqnosThatAreLeftOutAreNops()
    {
        ReplayReport report = Play(Signals(3, 4, 8, 9, 11), ReplaySpeed.Max);
        AssertClean(report);
        Assert.Equal((5, 5), (report.Fences, report.RetiredByPoller));
        Assert.Equal(new ContextReport(42, "gfx", "amdgpu", 5, 0, 2, 4), Assert.Single(report.Contexts));
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(4, 4)]
    public void ASeqnoThatDoesNotRiseIsRefusedWithItsLine(ulong first, ulong second)
    {
        CaptureException e = Assert.Throws<CaptureException>(() => ReplayPlan.Of(Signals(1, first, second)));
        Assert.Equal($"{CaptureText.Path}:4: context 42: seqno {second} signals after 4: a ring completes in seqno order, so this cannot be played", e.Message);
    }

    [Fact]
    public void ASeqnoThatStepsBackIsExitCodeOneAndNothingIsPlayed()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, CaptureText.Events(Rows(5, 4)));
            using StringWriter output = new(), error = new();
            Assert.Equal(ExitCodes.Usage, CommandLine.Invoke(["replay", path], new Streams(output, error, false, false, 80), Verbs.Built));
            Assert.StartsWith($"fastfence: {path}:3: context 42: ", error.ToString(), StringComparison.Ordinal);
            Assert.Empty(output.ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(1UL, PlanBuilder.LargestGap + 3UL)]
    [InlineData(1UL, 1UL << 62)]
    [InlineData(0UL, 1UL)]
    public void AGapBeyondAllMeasureAndSeqnosThatNoRingHasAreRefused(ulong first, ulong second) =>
        Assert.Throws<CaptureException>(() => ReplayPlan.Of(Signals(first, second)));

    [Fact]
    public void AContextWithMorePendingFencesThanTheLeastRingGetsALargerOne()
    {
        // All are submitted before the first signals.
        string[] rows =
        [
            .. Enumerable.Range(1, 700).Select(static n => $"{n},3,1,a,amdgpu_cs_ioctl,,gfx,42,{n},{n},1,,"),
            .. Enumerable.Range(1, 700).Select(static n => $"{1000 + n},3,0,<idle>,dma_fence_signaled,amdgpu,gfx,42,{n},,,,"),
        ];
        Capture capture = CaptureText.Read(CaptureText.Events(rows));
        Assert.Equal(1024, Assert.Single(ReplayPlan.Of(capture).Contexts).Capacity);
        ReplayReport report = Play(capture, ReplaySpeed.Max);
        AssertClean(report);
        Assert.Equal((700, 700, 0), (report.Fences, report.RetiredByPoller, report.RowsWithoutSignal));
    }

    [Fact]
    public void ACaptureWithoutSignalsHasNothingToPlay() =>
        Assert.Throws<CaptureException>(static () => ReplayPlan.Of(CaptureText.Read(CaptureText.Events(CaptureText.EventRows[3]))));

    [Fact]
    public void AStopCancelsWhatIsOutstandingAndReportsTheRest()
    {
        // The second fence is due in ten minutes.
        Capture capture = CaptureText.Read(CaptureText.Jobs("0,gfx,11,7,a,1,1,1,2,3,50,600000000000,1"));
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(300));
        ReplayReport report = Play(capture, ReplaySpeed.Own, stop.Token);
        AssertClean(report);
        Assert.True(report.Interrupted);
        Assert.Equal((2, 2), (report.Fences, report.RetiredByPoller));
    }

    private static void AssertClean(ReplayReport report)
    {
        Assert.Empty(report.ViolationKinds);
        Assert.Equal((0, 0), (report.LiveAtEnd, report.LimboAtEnd));
        Assert.InRange(report.RetireLatencyNs.Max, 0, 60_000_000_000);
    }

    private static ReplayReport Play(Capture capture, ReplaySpeed speed, CancellationToken stop = default)
    {
        using StringWriter text = new();
        ReplayReport report = new() { Options = new() { Capture = capture.Path, Speed = speed }, Capture = capture.Path, Form = capture.Form };
        new Player(ReplayPlan.Of(capture), report, ReportOutput.Open(null, new Streams(text, text, false, false, 80))).Run(stop);
        return report;
    }

    private static Capture Signals(params ulong[] seqnos) => CaptureText.Read(CaptureText.Events(Rows(seqnos)));

    private static string[] Rows(params ulong[] seqnos) =>
        [.. seqnos.Select(static (s, i) => $"{100 + i},3,0,<idle>,dma_fence_signaled,amdgpu,gfx,42,{s},,,,")];
}
