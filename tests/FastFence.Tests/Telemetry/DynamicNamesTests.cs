using System.Text;
using FastFence.Fences;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>C9, <c>DynamicNames</c>: a name for each fence, bounded, refused at the bound, never a placeholder.</summary>
public sealed class DynamicNamesTests : IDisposable
{
    private static readonly TimelineOptions s_dynamic = new() { DynamicNames = true };

    private readonly int _batch = NameTable.BatchSize;
    private readonly int _most = NameTable.MaxNames;
    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Coarse });

    public void Dispose()
    {
        _engine.Dispose();
        (NameTable.BatchSize, NameTable.MaxNames, FenceNameQueue.WaitsForFences) = (_batch, _most, true);
    }

    [Fact]
    public void EachRecordOfAFenceHasTheNamesOfThatFence()
    {
        const int Count = 5000;
        Lives.Many(_engine.CreateTimeline("own"), 1); // this thread has its ring: taking over a dead one's is a record, too
        Timeline timeline = _engine.CreateTimeline("display", s_dynamic);
        for (int from = 1; from <= Count; from += 50)
        {
            Records records = new();
            for (int i = from; i < from + 50; i++)
            {
                FenceSource source = Make(timeline, i);
                source.Signal();
                source.Dispose();
            }

            TraceLog log = records.Read(); // none lost, none without a name
            Assert.Equal(3 * 50, log.Events.Count);
            Assert.All(log.Events, e => Assert.Equal(($"driver {e.Seqno}", $"plane {e.Seqno}"), (log.Names[e.Driver], log.Names[e.Timeline])));
        }
    }

    [Fact]
    public void NamesGoWithTheirFencesAndAHeldFenceKeepsItsOwn()
    {
        Timeline timeline = _engine.CreateTimeline("display", s_dynamic);
        int before = NameTable.Count;
        FenceSource held = Make(timeline, 1);
        FenceSource[] others = [.. Enumerable.Range(2, 1000).Select(i => Make(timeline, i))];
        Assert.Equal(before + 2002, NameTable.Count);
        held.Signal();
        Lives.End(others);
        Until.Holds(() => NameTable.Count == before + 2, "the names of the fences that went have been given up");
        held.Dispose();
        Until.Holds(() => NameTable.Count == before, "so have those of the last one");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void APendingFenceIsDescribedByItsOwnNames(bool waits)
    {
        FenceNameQueue.WaitsForFences = waits;
        NameTable.BatchSize = 4;
        Timeline timeline = _engine.CreateTimeline("display", s_dynamic);
        FenceSource source = Make(timeline, 1);
        long ticks = Environment.TickCount64;
        for (int i = 0; !waits ? Describe(source.Fence) == "driver 1 plane 1 seq 1 unsignaled" : i < 500; i++)
        {
            NameTable.Release(NameTable.Intern(Encoding.UTF8.GetBytes($"somebody else {i % 4096}"))); // takes the place of what was given up
            Assert.True(Environment.TickCount64 - ticks < 60_000, "the twin was not caught");
        }

        Assert.Equal(waits, Describe(source.Fence) == "driver 1 plane 1 seq 1 unsignaled");
        source.Signal();
        source.Dispose();
    }

    [Fact]
    public void AtTheBoundNoFenceIsMadeAndNothingHasChanged()
    {
        Timeline timeline = _engine.CreateTimeline("display", s_dynamic);
        FenceSource first = Make(timeline, 1);
        int names = NameTable.Count;
        NameTable.MaxNames = names + 1; // room for one name, and a fence has two; what nobody uses makes room first
        EngineStatistics before = _engine.GetStatistics();
        Assert.False(timeline.TryCreateNamedFence("a driver of this test only"u8, "a plane of this test only"u8, out FenceSource refused)); // other tests' names may still be there
        Assert.Equal(default, refused);
        Assert.Equal((names, 1UL, before.FencesCreated), (NameTable.Count, timeline.LastSeqno, _engine.GetStatistics().FencesCreated));
        first.Signal();
        first.Dispose();
        Until.Holds(() => NameTable.Count == names - 2, "the first fence's names have been given up");
        FenceSource second = Make(timeline, 2);
        Assert.Equal(2UL, second.Fence.Seqno);
        second.Signal();
        second.Dispose();
    }

    [Fact]
    public void AClosedTimelineMakesNoneAndGivesItsNamesBack()
    {
        Timeline timeline = _engine.CreateTimeline("display", s_dynamic);
        int before = NameTable.Count;
        Make(timeline, 1).Dispose();
        timeline.Close();
        Assert.False(timeline.TryCreateNamedFence("late"u8, "late, too"u8, out _));
        Until.Holds(() => NameTable.Count == before - 1, "the timeline's own name and its fence's have gone; its driver's is the exporter's");
    }

    [Fact]
    public void WhatCannotBeIsRefusedInWords()
    {
        Assert.Throws<InvalidOperationException>(() => _engine.CreateTimeline("plain").TryCreateNamedFence("a"u8, "b"u8, out _));
        Assert.Throws<ArgumentException>(() => _engine.CreateTimeline("t", s_dynamic).TryCreateNamedFence(new byte[NameTable.MaxBytes + 1], "b"u8, out _));
        Assert.Throws<ArgumentException>(() => _engine.CreateRing("ring", new RingOptions { DynamicNames = true }));
    }

    [Fact]
    public void NothingManagedIsAllocatedForANamedFence()
    {
        Timeline timeline = _engine.CreateTimeline("display", s_dynamic);
        void Batch()
        {
            for (int i = 0; i < 200; i++)
            {
                Assert.True(timeline.TryCreateNamedFence("the same driver"u8, "the same plane"u8, out FenceSource source));
                source.Signal();
                source.Dispose();
            }
        }

        long least = long.MaxValue;
        for (int i = 0; i < 50; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Batch();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before); // the queue may still grow at first
        }

        Assert.Equal(0, least);
    }

    private static FenceSource Make(Timeline timeline, int i)
    {
        Assert.True(timeline.TryCreateNamedFence(Encoding.UTF8.GetBytes($"driver {i}"), Encoding.UTF8.GetBytes($"plane {i}"), out FenceSource source));
        return source;
    }

    private static string Describe(Fence fence)
    {
        Span<byte> line = stackalloc byte[600];
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return Encoding.UTF8.GetString(line[..section.View.Describe(fence, line)]);
    }
}
