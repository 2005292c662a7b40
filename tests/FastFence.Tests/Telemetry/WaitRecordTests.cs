using FastFence.Telemetry;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>Records of waits for several fences and for a value.</summary>
public sealed class WaitRecordTests : IDisposable
{
    private static readonly TimeSpan s_brief = TimeSpan.FromMilliseconds(1);

    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Precise });

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void AWaitForSeveralFencesIsAWaitForEachAndEndsInTheOppositeOrder()
    {
        FenceSource[] sources = [.. Enumerable.Range(0, 3).Select(i => _engine.CreateTimeline($"t{i}").CreateFence())];
        Records records = new();
        Assert.True(FenceWait.All([.. sources.Select(static s => s.Fence)], s_brief, CancellationToken.None).IsTimedOut);
        Assert.True(FenceWait.Any([.. sources.Select(static s => s.Fence)], s_brief, CancellationToken.None).IsTimedOut);
        Lives.End(sources);
        Assert.False(FenceWait.Any([Fence.Stub, sources[0].Fence]).IsTimedOut); // signaled: nobody waits
        string[] once = ["start t0", "start t1", "start t2", "end t2", "end t1", "end t0"];
        Assert.Equal([.. once, .. once], Waits(records.Read()));
    }

    [Fact]
    public void AWaitForAValueIsRecordedWithTheSeqnoThatIsAwaitedThoughItsFenceIsNotMade()
    {
        Timeline timeline = _engine.CreateTimeline("values");
        Records records = new();
        Assert.True(timeline.WaitFor(7, s_brief, CancellationToken.None).IsTimedOut);
        Assert.True(timeline.WaitFor(0, s_brief, CancellationToken.None).IsSuccess); // reached: nobody waits
        TraceLog log = records.Read();
        Assert.Equal(["start values", "end values"], Waits(log));
        Assert.All(log.Events, e => Assert.Equal((timeline.Context, 7UL), (e.Context, e.Seqno)));
    }

    [Fact]
    public void TheEndOfAWaitHasItsNamesThoughTheTimelineWentMeanwhile()
    {
        Timeline timeline = _engine.CreateExporter("gone").CreateTimeline("gone, too");
        Records records = new();
        using (Worker waiter = new())
        {
            Action waited = waiter.Begin(() => Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), timeline.WaitFor(1)));
            Until.Holds(() => _engine.GetStatistics().Waits == 1, "it waits");
            timeline.Exporter.Close();
            waited();
        }

        TraceLog log = records.Read();
        Assert.Equal(["start gone, too", "end gone, too"], Waits(log));
        Assert.All(log.Events, e => Assert.Equal("gone", log.Names[e.Driver]));
    }

    [Fact]
    public void WithoutTheRecorderNothingIsWritten()
    {
        _engine.Recording = RecordingMode.Off;
        Records records = new();
        using FenceSource source = _engine.CreateTimeline("t").CreateFence();
        Assert.True(FenceWait.All([source.Fence, source.Fence], s_brief, CancellationToken.None).IsTimedOut);
        Assert.True(source.Fence.Wait(s_brief).IsTimedOut);
        Assert.Empty(records.Read().Events);
    }

    private static string[] Waits(TraceLog log) =>
    [
        .. log.Events.Where(static e => e.Kind is TraceEventKind.FenceWaitStart or TraceEventKind.FenceWaitEnd)
            .Select(e => $"{(e.Kind == TraceEventKind.FenceWaitStart ? "start" : "end")} {log.Names[e.Timeline]}"),
    ];
}
