using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>C9: the names of a record are the real ones, whatever has become of the exporter (fault 4).</summary>
public sealed class RecordedNamesTests : IDisposable
{
    private readonly int _batch = NameTable.BatchSize;
    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Coarse });

    public void Dispose()
    {
        _engine.Dispose();
        (NameTable.BatchSize, NameTable.KeepsNames) = (_batch, true);
    }

    [Fact]
    public void AMillionRecordsOfExportersThatGoAtTheSignalHaveTheirNames()
    {
        const int Fences = 5000;
        NameTable.BatchSize = 32;
        Records records = new();
        long seen = 0;
        for (int round = 0; seen < 1_000_000; round++)
        {
            Timeline last = Round(round, Fences);
            TraceLog log = records.Read(); // no record is lost, and none is without a name
            seen += log.Events.Count;
            Check(log, round, Fences);
            Until.Holds(() => last.LastSeqno == 0, "the timeline is freed"); // so that its names are given up with few others
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NamesAreKeptForRecordsAlone(bool kept)
    {
        NameTable.KeepsNames = kept;
        Records records = new();
        using (FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Coarse }))
        {
            Lives.Many(engine.CreateExporter($"gone {kept}").CreateTimeline($"gone, too {kept}"), 10);
        }

        for (int i = 0; i < 2000; i++)
        {
            NameTable.Intern(System.Text.Encoding.UTF8.GetBytes($"somebody else {kept} {i}")); // takes the place of what is gone
        }

        TraceLog log = records.Read(out _);
        Assert.Equal(kept, log.Names.Contains($"gone {kept}") && log.Names.Contains($"gone, too {kept}"));
        for (int i = 0; i < 2000; i++)
        {
            uint id = NameTable.Intern(System.Text.Encoding.UTF8.GetBytes($"somebody else {kept} {i}"));
            NameTable.Release(id);
            NameTable.Release(id);
        }
    }

    [Fact]
    public void NamesThatAreGivenUpGoAfterTwoBatchesWithTheRecordsThatSpeakOfThem()
    {
        Lives.Many(_engine.DefaultExporter.CreateTimeline("own"), 1); // this thread has its ring: taking over a dead one's is a record, too
        NameTable.BatchSize = 4;
        Records records = new();
        int before = NameTable.Unused;
        for (int i = 0; i < 40; i++)
        {
            Lives.Many(_engine.CreateTimeline($"early {i}"), 1);
            NameTable.Release(NameTable.Intern(System.Text.Encoding.UTF8.GetBytes($"brief {i}")));
        }

        Assert.InRange(NameTable.Unused - before, int.MinValue, 8);
        TraceLog log = records.Read(out long nameless);
        Assert.Equal(0, nameless);
        Assert.NotEqual(0, log.Lost);
        Assert.Equal(120, log.Lost + log.Events.Count);
        Assert.DoesNotContain("early 0", log.Names);
        Assert.Contains("early 39", log.Names);
    }

    // A driver that closes while another thread signals its fences; each of them waited for by nobody, and by a third thread.
    private Timeline Round(int round, int fences)
    {
        Exporter exporter = _engine.CreateExporter($"driver-{round}");
        Timeline timeline = exporter.CreateTimeline($"timeline-{round}");
        FenceSource[] sources = Lives.Hold(timeline, fences);
        Assert.True(sources[^1].Fence.TryAcquire(out FenceRef last));
        using (Worker signaller = new())
        using (Worker waiter = new())
        {
            Action waited = waiter.Begin(() => last.Fence.Wait());
            Action signaled = signaller.Begin(() => Lives.End(sources));
            exporter.Close();
            signaled();
            waited();
        }

        last.Dispose();
        return timeline;
    }

    private static void Check(TraceLog log, int round, int fences)
    {
        Assert.All(log.Events, e =>
        {
            if (log.Names[e.Driver] != $"driver-{round}" || log.Names[e.Timeline] != $"timeline-{round}")
            {
                Assert.Fail($"round {round}: a record of '{log.Names[e.Driver]}' '{log.Names[e.Timeline]}'");
            }
        });
        ulong[] all = [.. Enumerable.Range(1, fences).Select(static i => (ulong)i)];
        Assert.Equal(all, Of(TraceEventKind.FenceInit));
        Assert.Equal(all, Of(TraceEventKind.FenceSignaled));
        Assert.Equal(all, Of(TraceEventKind.FenceDestroy).Order());
        Assert.Equal(Of(TraceEventKind.FenceWaitStart), Of(TraceEventKind.FenceWaitEnd));

        IEnumerable<ulong> Of(TraceEventKind kind) => log.Events.Where(e => e.Kind == kind).Select(static e => e.Seqno);
    }
}
