using FastFence.Tests.Tool;
using FastFence.Tool.Captures;
using FastFence.Tool.Cli;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>The real capture, replayed, recorded and exported, against itself.</summary>
public sealed class TracedReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheRealEventsComeBackSignalBySignal()
    {
        string source = TraceFolder.File("amdgpu-steamvr-2017.csv");
        Capture before = Capture.Load(source);
        Capture after = Capture.Load(Replay(source, "events.csv"));
        Assert.Equal(SignalsOf(before), SignalsOf(after));
    }

    [Fact]
    public void TheRealJobsComeBackAsEventsAndAsJobs()
    {
        string source = TraceFolder.File("amdgpu-steamvr-2017.jobs.csv");
        Capture jobs = Capture.Load(source);
        var signals = SignalsOf(Capture.Load(Replay(source, "jobs.csv")));
        Assert.Equal(3 * 639, signals.Sum(static c => c.Value.Count));
        foreach (ulong context in jobs.Jobs.Select(static j => j.FinishedContext).Distinct())
        {
            Assert.Equal(
                jobs.Jobs.Where(j => j.FinishedContext == context).OrderBy(static j => j.FinishedSignalNs).Select(static j => ("amd_sched", j.Timeline, j.Seqno)),
                signals[context]);
        }

        string text = ForeignTool.Read("trace-cmd", "trace-cmd", null, "report", "-i", Replay(source, "jobs.dat"));
        foreach (string name in (string[])["drm_sched_job:", "drm_run_job:", "drm_sched_process_job:"])
        {
            Assert.Equal(639, text.Split('\n').Count(l => l.Contains(name, StringComparison.Ordinal)));
        }
    }

    private static SortedDictionary<ulong, List<(string Driver, string Timeline, ulong Seqno)>> SignalsOf(Capture capture)
    {
        SortedDictionary<ulong, List<(string, string, ulong)>> contexts = [];
        foreach (CaptureEvent e in capture.Events.Where(static e => e.Kind == CaptureEventKind.Signal))
        {
            if (!contexts.TryGetValue(e.Context, out List<(string, string, ulong)>? signals))
            {
                contexts.Add(e.Context, signals = []);
            }

            signals.Add((e.Driver, e.Timeline, e.Seqno));
        }

        return contexts;
    }

    private string Replay(string capture, string output)
    {
        string path = Path.Combine(_folder, output);
        using StringWriter text = new();
        int code = CommandLine.Invoke(["replay", capture, "--speed", "max", "--trace", path], new Streams(text, text, false, false, 80), Verbs.Built);
        Assert.True(code == ExitCodes.Ok, text.ToString());
        Assert.DoesNotContain("without a name", text.ToString().Replace(" 0 without a name", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        return path;
    }
}
