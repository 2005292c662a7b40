using System.Globalization;
using System.Text.RegularExpressions;
using FastFence.Telemetry;
using FastFence.Tests.Tool;
using FastFence.Tool.Conversions;
using Xunit;
using Capture = FastFence.Tool.Captures.Capture;

namespace FastFence.Tests.Telemetry;

/// <summary>What trace-cmd reads in our trace.dat.</summary>
public sealed partial class TraceDatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryKindIsReadWithItsNamesAndNumbers()
    {
        string[] lines = Report(SampleTrace.Build());
        Assert.Contains(lines, static l => l.Contains("main-4711", StringComparison.Ordinal) && l.Contains("[000]", StringComparison.Ordinal)
            && l.Contains("dma_fence_init:", StringComparison.Ordinal) && l.EndsWith("driver=amdgpu timeline=gfx_0.0.0 context=42 seqno=5", StringComparison.Ordinal));
        foreach (string name in (string[])["emit", "enable_signal", "signaled", "wait_start", "wait_end", "destroy"])
        {
            Assert.Contains(lines, l => l.Contains($"dma_fence_{name}:", StringComparison.Ordinal) && l.EndsWith("context=42 seqno=5", StringComparison.Ordinal));
        }

        Assert.Contains(lines, static l => l.Contains("drm_sched_job:", StringComparison.Ordinal) && l.EndsWith("id=77, fence=0xffff888000000040, ring=gfx_0.0.0, job count:2, hw job count:1", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.Contains("drm_run_job:", StringComparison.Ordinal) && l.Contains("id=77", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.Contains("drm_sched_process_job:", StringComparison.Ordinal) && l.EndsWith("fence=0xffff888000000040 signaled", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.Contains("drm_sched_job_add_dep:", StringComparison.Ordinal) && l.EndsWith("fence=30064771114:12884901893 depends on fence=9:10", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.EndsWith($"driver={SampleTrace.LongName} timeline={SampleTrace.LongName} context=1 seqno=1", StringComparison.Ordinal));
        Assert.Equal(14, lines.Length);
    }

    [Fact]
    public void TimesAreKeptOverLongPausesAndPageBoundaries()
    {
        const int Count = 3000;
        string[] lines = Report(SampleTrace.Many(Count), "-t");
        Assert.Equal(Count, lines.Length);
        for (int i = 0; i < Count; i++)
        {
            Match m = SignalLine().Match(lines[i]);
            Assert.True(m.Success, lines[i]);
            long time = 1000 + (i * 977L);
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{time / 1_000_000_000}.{time % 1_000_000_000:000000000}"), m.Groups["time"].Value);
            Assert.Equal($"timeline {i % 5}", m.Groups["timeline"].Value);
            Assert.Equal((i / 5) + 1, int.Parse(m.Groups["seqno"].Value, CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void ATraceWithoutEventsIsStillReadable() => Assert.Empty(Report(new TraceLog()));

    [Fact]
    public void TheCaptureOfJobsGivesItsJobsAndEverySignalBack()
    {
        Capture capture = Capture.Load(TraceFolder.File("amdgpu-steamvr-2017.jobs.csv"));
        string[] lines = Report(CaptureTrace.Of(capture, out _));
        Assert.Equal(639, lines.Count(static l => l.Contains("drm_sched_job:", StringComparison.Ordinal)));
        Assert.Equal(639, lines.Count(static l => l.Contains("drm_run_job:", StringComparison.Ordinal)));
        Assert.Equal(639, lines.Count(static l => l.Contains("drm_sched_process_job:", StringComparison.Ordinal)));
        foreach (ulong context in capture.Jobs.Select(static j => j.FinishedContext).Distinct())
        {
            Assert.Equal(
                capture.Jobs.Where(j => j.FinishedContext == context).OrderBy(static j => j.FinishedSignalNs).Select(static j => ("amd_sched", j.Timeline, j.Seqno)),
                lines.Select(static l => SignalLine().Match(l)).Where(m => m.Success && m.Groups["context"].Value == $"{context}")
                    .Select(static m => (m.Groups["driver"].Value, m.Groups["timeline"].Value, ulong.Parse(m.Groups["seqno"].Value, CultureInfo.InvariantCulture))));
        }
    }

    [GeneratedRegex(@"\s(?<time>\d+\.\d+): +dma_fence_signaled: +driver=(?<driver>.+) timeline=(?<timeline>.+) context=(?<context>\d+) seqno=(?<seqno>\d+)$")]
    private static partial Regex SignalLine();

    private string[] Report(TraceLog log, params string[] options)
    {
        string file = Path.Combine(_folder, "trace.dat");
        TraceFile.Write(log, TraceFormat.TraceDat, file);
        string text = ForeignTool.Read("trace-cmd", "trace-cmd", null, ["report", "-i", file, .. options]);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => !l.StartsWith("cpus=", StringComparison.Ordinal) && !l.StartsWith("CPU", StringComparison.Ordinal))];
    }
}
