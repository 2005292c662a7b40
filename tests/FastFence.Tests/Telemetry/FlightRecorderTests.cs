using FastFence.Platform;
using FastFence.Polling;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Fences;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>The flight recorder from a fence's events to a trace (C9).</summary>
public sealed unsafe class FlightRecorderTests
{
    private static readonly FenceEngineOptions s_recording = new() { StartPoller = false, Recording = RecordingMode.Precise };

    [Fact]
    public void EveryEventOfAFenceAndOfAJobIsRecordedInItsOrder()
    {
        using FenceEngine engine = new(s_recording);
        Records records = new();
        Exporter exporter = engine.CreateExporter("driver-1", new ExporterOps { EnableSignaling = &Enable }, 0);
        FenceRing ring = exporter.CreateRing("ring-1");
        ring.Emit(default, out FenceRef fence);
        using (FenceSource other = engine.CreateTimeline("other").CreateFence())
        {
            Assert.True(FlightRecorder.RecordJob(JobEvent.Queue, fence.Fence, 77, queued: 2));
            Assert.True(FlightRecorder.RecordDependency(fence.Fence, other.Fence, wasDue: false));
            Assert.True(FlightRecorder.RecordDependency(fence.Fence, other.Fence, wasDue: true));
            Assert.True(FlightRecorder.RecordJob(JobEvent.Run, fence.Fence, 77, queued: 1, onDevice: 3));
        }

        Assert.True(fence.Fence.Wait(TimeSpan.FromMilliseconds(1)).IsTimedOut);
        ring.Consumer.Complete(1);
        engine.Poller.DoWork();
        Assert.True(FlightRecorder.RecordJob(JobEvent.Done, fence.Fence, 77));
        ulong context = ring.Timeline.Context;
        fence.Dispose();
        TraceLog log = records.Read();
        TraceEvent[] events = [.. log.Events.Where(e => e.Context == context)];
        Assert.Equal(
            [
                TraceEventKind.FenceInit, TraceEventKind.FenceEmit, TraceEventKind.JobQueue, TraceEventKind.JobAddDependency,
                TraceEventKind.JobUnschedulable, TraceEventKind.JobRun, TraceEventKind.FenceWaitStart, TraceEventKind.FenceEnableSignal,
                TraceEventKind.FenceWaitEnd, TraceEventKind.FenceSignaled, TraceEventKind.JobDone, TraceEventKind.FenceDestroy,
            ],
            events.Select(static e => e.Kind));
        Assert.All(events, e => Assert.Equal(("driver-1", "ring-1", 1UL), (log.Names[e.Driver], log.Names[e.Timeline], e.Seqno)));
        Assert.All(events, static e => Assert.Equal(CurrentThread.Id, e.Tid));
        Assert.Equal((77UL, 1U, 3), (events[5].Job, events[5].JobCount, events[5].HardwareJobCount));
        Assert.Equal(1UL, events[4].OtherSeqno);
        Assert.Equal(log.Events.Single(e => log.Names[e.Timeline] == "other" && e.Kind == TraceEventKind.FenceInit).Context, events[4].OtherContext);
    }

    [Fact]
    public void ASignalCarriesItsFencesTimeAndError()
    {
        using FenceEngine engine = new(s_recording with { Recording = RecordingMode.Coarse });
        Records records = new();
        using FenceSource source = engine.CreateTimeline("t").CreateFence();
        source.Signal(FenceError.DeviceLost);
        TraceEvent signal = records.Read().Events.Single(static e => e.Kind == TraceEventKind.FenceSignaled);
        Assert.Equal((source.Fence.TimestampNanoseconds, FenceError.DeviceLost.Magnitude), (signal.TimeNs, signal.Error));
    }

    [Fact]
    public void RecordingIsOffUntilItIsTurnedOnAndAThreadFollowsAtOnce()
    {
        using FenceEngine engine = new(s_recording with { Recording = RecordingMode.Off });
        Records records = new();
        Timeline timeline = engine.CreateTimeline("t");
        Lives.Many(timeline, 3);
        Assert.Empty(records.Read().Events);
        engine.Recording = RecordingMode.Coarse;
        Lives.Many(timeline, 3);
        Assert.Equal(9, records.Read().Events.Count);
        engine.Recording = RecordingMode.Off;
        Lives.Many(timeline, 3);
        Assert.Empty(records.Read().Events);
        engine.Recording = RecordingMode.Precise;
        Lives.Many(timeline, 3);
        Assert.Equal([4, 4, 4, 5, 5, 5, 6, 6, 6], records.Read().Events.Select(static e => (int)e.Seqno - 6));
    }

    [Fact]
    public void NothingIsAllocatedForARecord()
    {
        using FenceEngine engine = new(s_recording);
        Timeline timeline = engine.CreateTimeline("t");
        Lives.Many(timeline, 2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Lives.Many(timeline, 2000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void TheOldestRecordsAreOverwrittenAndCounted()
    {
        using FenceEngine engine = new(s_recording);
        Timeline timeline = engine.CreateTimeline("t");
        Lives.Many(timeline, 1); // this thread has its ring: taking over a dead one's is a record, too
        Records records = new();
        int capacity = (int)RecordMemory.Area->RingRecords;
        Lives.Many(timeline, capacity); // three records each
        TraceLog log = records.Read(out long nameless);
        Assert.Equal(0, nameless);
        Assert.Equal(3L * capacity, log.Events.Count + log.Lost);
        Assert.InRange(log.Events.Count, capacity - (int)RecordRing.InFlight, capacity);
        Assert.Equal((ulong)capacity + 1, log.Events.Max(static e => e.Seqno));
    }

    [Fact]
    public void WhatMayBeHalfWrittenIsNotCopied()
    {
        byte* memory = stackalloc byte[(int)RecordRing.BytesFor(16)];
        new Span<byte>(memory, (int)RecordRing.BytesFor(16)).Clear();
        RecordRing* ring = (RecordRing*)memory;
        ring->Mask = 15;
        RecordEntry* copy = stackalloc RecordEntry[16];
        Assert.Equal(0u, RecordRing.Copy(ring, 0, copy, 16, out _));
        for (ulong n = 0; n < 40; n++)
        {
            RecordRing.Write(ring, n, n, n, n);
        }

        Assert.Equal(14u, RecordRing.Copy(ring, 0, copy, 16, out ulong first));
        Assert.Equal((26UL, 26UL, 39UL), (first, copy[0].Stamp, copy[13].Names));
        Assert.Equal(2u, RecordRing.Copy(ring, 30, copy, 2, out first));
        Assert.Equal((30UL, 30UL), (first, copy[0].Seqno));
    }

    [Fact]
    public void AThreadWithoutARingIsCountedAndDoesItsWork()
    {
        byte* memory = stackalloc byte[(int)RecordArea.BytesFor(1, 1, 16)];
        new Span<byte>(memory, (int)RecordArea.BytesFor(1, 1, 16)).Clear();
        RecordArea* area = (RecordArea*)memory;
        (area->NameSlots, area->RingSlots, area->RingRecords) = (1, 1, 16);
        RecordRing* ring = RecordArea.TakeRing(area, 7);
        Assert.True(ring != null && RecordArea.TakeRing(area, 8) == null);
        Assert.Equal(1UL, area->Unrecorded);
        RecordArea.ReturnRing(ring);
        Assert.True(RecordArea.TakeRing(area, 8) == ring);
        RecordEntry* copy = stackalloc RecordEntry[16];
        Assert.Equal(1u, RecordRing.Copy(ring, 0, copy, 16, out _));
        Assert.Equal((RecordKind.Owner, 8UL, 7UL), (copy->Kind, copy->Context, copy->Seqno));
    }

    [Fact]
    public void TheNativePollerRecordsItsSignals()
    {
        Assert.SkipUnless(NativePollerLibrary.IsAvailable, NativePollerLibrary.Reason);
        using FenceEngine engine = new(new FenceEngineOptions { Recording = RecordingMode.Coarse });
        Records records = new();
        FenceRing ring = engine.CreateRing("native");
        ring.Emit(default, out FenceRef fence);
        ring.Consumer.Complete(1);
        Assert.True(fence.Fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess);
        fence.Dispose();
        TraceLog log = records.Read();
        TraceEvent signal = Assert.Single(log.Events, static e => e.Kind == TraceEventKind.FenceSignaled);
        Assert.Equal(engine.Poller.Block->Cache->ThreadId, signal.Tid);
        Assert.Equal("native", log.Names[signal.Timeline]);
    }

    private static bool Enable(in FenceOpArgs args) => true;
}
