using System.Text;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>Reading a recorder as another process does: by its memory alone, without the name table's lock (C9).</summary>
public sealed unsafe class RecordTapTests : IDisposable
{
    private readonly int _batch = NameTable.BatchSize;
    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Coarse });

    public void Dispose()
    {
        _engine.Dispose();
        NameTable.BatchSize = _batch;
    }

    [Fact]
    public void ATapSeesWhatTheSourceSees()
    {
        RecordTap tap = Tap();
        Records records = new();
        for (int i = 0; i < 20; i++)
        {
            Lives.Many(_engine.CreateTimeline($"tapped {i}"), 10);
            tap.Take();
        }

        TraceLog expected = records.Read();
        TraceLog log = Build(tap, out RecordedTrace trace);
        Assert.Equal((0, 0, 0), (tap.Lost, trace.Nameless, trace.HalfSeen));
        Assert.Equal(expected.Events.Select(e => (e.Kind, e.Context, e.Seqno, expected.Names[e.Timeline])), log.Events.Select(e => (e.Kind, e.Context, e.Seqno, log.Names[e.Timeline])));
    }

    [Fact]
    public void ManyDriversComeAndGoWhileATapReadsAndNoRecordHasAForeignName()
    {
        NameTable.BatchSize = 16;
        Lives.Many(_engine.CreateTimeline("own"), 1);
        RecordTap tap = Tap();
        using Worker reader = new();
        bool stop = false;
        Action read = reader.Begin(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                tap.Take();
            }
        });
        for (int i = 0; i < 3000; i++)
        {
            Timeline timeline = _engine.CreateTimeline($"brief {i}", new TimelineOptions { DynamicNames = true });
            Assert.True(timeline.TryCreateNamedFence(Encoding.UTF8.GetBytes($"driver of {timeline.Context}"), Encoding.UTF8.GetBytes($"timeline of {timeline.Context}"), out FenceSource source));
            source.Signal();
            source.Dispose();
            timeline.Close();
        }

        Volatile.Write(ref stop, true);
        read();
        tap.Take();
        TraceLog log = Build(tap, out RecordedTrace trace);
        Assert.Equal(0, trace.Nameless);
        TraceEvent[] brief = [.. log.Events.Where(e => log.Names[e.Driver].StartsWith("driver of ", StringComparison.Ordinal))];
        Assert.NotEmpty(brief);
        Assert.All(brief, e => Assert.Equal(($"driver of {e.Context}", $"timeline of {e.Context}"), (log.Names[e.Driver], log.Names[e.Timeline])));
    }

    [Fact]
    public void RecordsWhoseNamesWereGivenUpAreLostAndNotRenamed()
    {
        Lives.Many(_engine.CreateTimeline("own"), 1);
        NameTable.BatchSize = 4;
        RecordTap tap = Tap();
        for (int i = 0; i < 40; i++)
        {
            Timeline timeline = _engine.CreateTimeline($"early {i}");
            Lives.Many(timeline, 1);
            timeline.Close();
            NameTable.Release(NameTable.Intern(Encoding.UTF8.GetBytes($"brief {i}")));
        }

        tap.Take();
        TraceLog log = Build(tap, out RecordedTrace trace);
        Assert.Equal(0, trace.Nameless);
        Assert.NotEqual(0, tap.Lost);
        Assert.Equal(120, tap.Lost + tap.Count);
        Assert.DoesNotContain("early 0", log.Names);
        Assert.Contains("early 39", log.Names);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(0, 0)]
    public void AFenceWhoseSignalWasLostIsLeftOutWhereALaterOneHasSignaled(int lost, int leftOut)
    {
        RecordedTrace trace = Read(
            lost, Record(RecordKind.FenceInit, 1), Record(RecordKind.FenceInit, 2), Record(RecordKind.FenceSignaled, 2), Record(RecordKind.FenceInit, 3));
        Assert.Equal(4 - leftOut, trace.Build().Events.Count);
        Assert.Equal(leftOut, trace.HalfSeen);
    }

    [Fact]
    public void AnEndWhoseBeginningWasLostIsLeftOut()
    {
        RecordedTrace trace = Read(
            5,
            Record(RecordKind.FenceWaitEnd, 1),
            Record(RecordKind.FenceWaitStart, 2),
            Record(RecordKind.FenceWaitEnd, 2),
            Record(RecordKind.AwaitEnd, 3),
            Rest(number: 7),
            Record(RecordKind.AwaitBegin, 4),
            Rest(number: 8),
            Record(RecordKind.AwaitEnd, 4),
            Rest(number: 8),
            Record(RecordKind.FenceWaitStart, 5));
        Assert.Equal([2UL, 2UL, 4UL, 4UL, 5UL], trace.Build().Events.Select(static e => e.Seqno));
        Assert.Equal(2, trace.HalfSeen);
    }

    private static RecordedTrace Read(int lost, params RecordEntry[] records)
    {
        using MemoryStream chunk = new();
        RecordChunk.Write(chunk, records, new ChunkHead(1, "p", new RecordPlace(2, 0), 0, string.Empty, (ulong)lost), static id => Encoding.UTF8.GetBytes($"name {id}"));
        RecordedTrace trace = new();
        trace.Add(chunk.ToArray());
        return trace;
    }

    private static RecordEntry Rest(ulong number) => new() { Stamp = (byte)RecordKind.Rest, Context = number };

    private static RecordEntry Record(RecordKind kind, ulong seqno) => new()
    {
        Stamp = RecordEntry.Stamped((long)seqno * 1000, kind),
        Context = 9,
        Seqno = seqno,
        Names = 1 | (2UL << 32),
    };

    private static RecordTap Tap()
    {
        RecordTap tap = new(FlightRecorder.GetArea());
        tap.SkipToNow();
        return tap;
    }

    private static TraceLog Build(RecordTap tap, out RecordedTrace trace)
    {
        trace = new RecordedTrace();
        tap.AddTo(trace);
        return trace.Build();
    }
}
