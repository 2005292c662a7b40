using System.Text.Json;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using FastFence.Tool.Conversions;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>Records of awaits: a beginning and an end each, told apart by a number.</summary>
public sealed class AwaitRecordTests : IDisposable
{
    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Precise });

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task AnAwaitHasABeginningAndAnEndWithItsFencesNames()
    {
        FenceSource source = _engine.CreateTimeline("awaited").CreateFence();
        Records records = new();
        ValueTask<FenceStatus> first = source.Fence.WaitAsync();
        ValueTask<FenceStatus> second = source.Fence.WaitAsync(FenceContinuation.AsCallback, CancellationToken.None);
        Lives.End([source]);
        Assert.Equal((FenceStatus.Signaled, FenceStatus.Signaled), (await first, await second));
        TraceLog log = records.Read();
        TraceEvent[] awaits = [.. log.Events.Where(static e => e.IsAwait)];
        Assert.Equal(2, awaits.Count(static e => e.Kind == TraceEventKind.AwaitBegin));
        Assert.Equal(2, awaits.Select(static e => e.Await).Distinct().Count());
        Assert.All(awaits.GroupBy(static e => e.Await), static a => Assert.Equal([TraceEventKind.AwaitBegin, TraceEventKind.AwaitEnd], a.Select(static e => e.Kind)));
        Assert.All(awaits, e => Assert.Equal(("awaited", 1UL, AwaitOutcome.Completed), (log.Names[e.Timeline], e.Seqno, e.Outcome)));
    }

    [Fact]
    public async Task HowAnAwaitEndedIsInItsRecord()
    {
        FenceSource source = _engine.CreateTimeline("awaited").CreateFence();
        using CancellationTokenSource cancellation = new();
        Records records = new();
        Assert.True((await source.Fence.WaitAsync(TimeSpan.FromMilliseconds(1))).IsTimedOut);
        ValueTask<FenceStatus> canceled = source.Fence.WaitAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await canceled);
        Lives.End([source]);
        Assert.Equal([AwaitOutcome.TimedOut, AwaitOutcome.Canceled], records.Read().Events.Where(static e => e.Kind == TraceEventKind.AwaitEnd).Select(static e => e.Outcome));
    }

    [Fact]
    public async Task AnAwaitOfAValueHasTheSeqnoAndTheNamesThoughTheTimelineWent()
    {
        Timeline timeline = _engine.CreateExporter("gone").CreateTimeline("gone, too");
        Records records = new();
        ValueTask<WaitResult> awaited = timeline.WaitForAsync(7);
        timeline.Exporter.Close();
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), (await awaited).Status);
        TraceLog log = records.Read();
        Assert.Equal([TraceEventKind.AwaitBegin, TraceEventKind.AwaitEnd], log.Events.Where(static e => e.IsAwait).Select(static e => e.Kind));
        Assert.All(log.Events.Where(static e => e.IsAwait), e => Assert.Equal(("gone", "gone, too", 7UL), (log.Names[e.Driver], log.Names[e.Timeline], e.Seqno)));
    }

    [Fact]
    public async Task WithoutTheRecorderAnAwaitWritesNothing()
    {
        _engine.Recording = RecordingMode.Off;
        FenceSource source = _engine.CreateTimeline("quiet").CreateFence();
        Records records = new();
        ValueTask<FenceStatus> awaited = source.Fence.WaitAsync();
        Lives.End([source]);
        await awaited;
        Assert.Empty(records.Read().Events);
    }

    [Fact]
    public async Task ARecordedAwaitAllocatesNothing()
    {
        Timeline timeline = _engine.CreateTimeline("often");
        Assert.Equal(0, await Garbage.LeastOf(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                FenceSource source = timeline.CreateFence();
                ValueTask<FenceStatus> awaited = source.Fence.WaitAsync(FenceContinuation.AsCallback, CancellationToken.None);
                source.Signal();
                source.Dispose();
                Assert.True(awaited.IsCompletedSuccessfully);
                _ = awaited.Result;
            }

            return Task.CompletedTask;
        }));
    }

    [Fact]
    public void OnlyFormatsWithAsynchronousSlicesShowAwaits()
    {
        TraceLog log = new() { Pid = 1 };
        TraceEvent e = new()
        {
            TimeNs = 1,
            Kind = TraceEventKind.AwaitBegin,
            Driver = log.Intern("driver"),
            Timeline = log.Intern("timeline"),
            Context = 5,
            Seqno = 6,
            Await = 3,
        };
        log.Add(e);
        log.Add(e with { Await = 4, TimeNs = 2 }); // they overlap and do not nest
        log.Add(e with { Kind = TraceEventKind.AwaitEnd, TimeNs = 3, Outcome = AwaitOutcome.TimedOut });
        log.Add(e with { Kind = TraceEventKind.AwaitEnd, TimeNs = 4, Await = 4 });
        Assert.Equal(4, TraceFile.Write(log, TraceFormat.TraceDat, Stream.Null));
        Assert.Equal(4, TraceFile.Write(log, TraceFormat.Csv, Stream.Null));
        using MemoryStream chrome = new();
        Assert.Equal(0, TraceFile.Write(log, TraceFormat.Chrome, chrome));
        using JsonDocument json = JsonDocument.Parse(chrome.ToArray());
        string[] slices =
        [
            .. json.RootElement.GetProperty("traceEvents").EnumerateArray().Where(static s => s.TryGetProperty("id", out _))
                .Select(static s => $"{s.GetProperty("ph").GetString()} {s.GetProperty("id").GetString()} {s.GetProperty("name").GetString()}"),
        ];
        Assert.Equal(["b await 3 await timeline 6", "b await 4 await timeline 6", "e await 3 await timeline 6", "e await 4 await timeline 6"], slices);
        using MemoryStream perfetto = new();
        Assert.Equal(0, TraceFile.Write(log, TraceFormat.Perfetto, perfetto));
        string raw = System.Text.Encoding.Latin1.GetString(perfetto.ToArray());
        Assert.Equal(2, raw.Split("awaits").Length - 1); // a lane each
        Assert.Contains("timed out", raw, StringComparison.Ordinal);
    }
}
