using FastFence.Platform;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>The CPU of each record: what the kernel says, by a word of the thread's own.</summary>
public sealed unsafe class CpuRecordTests : IDisposable
{
    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Coarse });

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void EveryRecordHasTheCpuThatItsThreadWasOn()
    {
        int[] cpus = Cpus();
        Timeline timeline = _engine.CreateTimeline("moving");
        using Worker worker = new();
        worker.Do(() => Lives.Many(timeline, 1));
        Records records = new();
        int[] path = [.. Enumerable.Range(0, 40).Select(i => cpus[i % cpus.Length])];
        foreach (int cpu in path)
        {
            worker.Do(() => LiveOn(timeline, cpu));
        }

        Assert.Equal(path.SelectMany(static c => Enumerable.Repeat(c, 3)), records.Read().Events.Select(static e => e.Cpu));
    }

    [Fact]
    public void WithoutTheLookAtTheWordTheMoveWouldNotBeSeen()
    {
        int[] cpus = Cpus();
        Timeline timeline = _engine.CreateTimeline("not looking");
        using Worker worker = new();
        worker.Do(() => LiveOn(timeline, cpus[0]));
        worker.Do(() => Registry.CacheOf(&_engine.Block->Pools)->KeptRing->CpuAt = 0);
        Records records = new();
        worker.Do(() => LiveOn(timeline, cpus[1]));
        Assert.All(records.Read().Events, e => Assert.Equal(cpus[0], e.Cpu));
    }

    [Fact]
    public void WhoMovesAmidOneTimeIsSeenInOrderByViewersThatMergeCpus()
    {
        int[] cpus = Cpus();
        Timeline timeline = _engine.CreateTimeline("moving in no time");
        using Worker worker = new();
        worker.Do(() => LiveOn(timeline, cpus[0]));
        Records records = new();
        _engine.Block->Clock.Publish(MonotonicClock.Nanoseconds); // one time for all of it
        int[] path = [cpus[1], cpus[1], cpus[0], cpus[0], cpus[1]];
        foreach (int cpu in path)
        {
            worker.Do(() => LiveOn(timeline, cpu));
        }

        TraceEvent[] signals = [.. records.Read().Events.Where(static e => e.Kind == TraceEventKind.FenceSignaled)];
        Assert.Equal(path, signals.Select(static e => e.Cpu));
        Assert.Equal(signals[0].TimeNs, signals[1].TimeNs); // the records' own
        ulong[] merged = [.. signals.OrderBy(static e => e.TimeNs).ThenBy(static e => e.Cpu).Select(static e => e.Seqno)];
        ulong[] other = [.. signals.OrderBy(static e => e.TimeNs).ThenByDescending(static e => e.Cpu).Select(static e => e.Seqno)];
        Assert.Equal(signals.Select(static e => e.Seqno), merged);
        Assert.Equal(merged, other);
    }

    [Fact]
    public void ATapKnowsTheCpusToo()
    {
        int[] cpus = Cpus();
        Timeline timeline = _engine.CreateTimeline("tapped on its way");
        using Worker worker = new();
        worker.Do(() => LiveOn(timeline, cpus[0]));
        RecordTap tap = new(FlightRecorder.GetArea());
        tap.SkipToNow();
        foreach (int cpu in (int[])[cpus[1], cpus[0], cpus[1]])
        {
            worker.Do(() => LiveOn(timeline, cpu));
            worker.Do(() => Lives.Many(timeline, 1));
            tap.Take();
        }

        RecordedTrace trace = new();
        tap.AddTo(trace);
        int[] expected = [.. Enumerable.Repeat(cpus[1], 6), .. Enumerable.Repeat(cpus[0], 6), .. Enumerable.Repeat(cpus[1], 6)];
        Assert.Equal(expected, trace.Build().Events.Select(static e => e.Cpu));
        Assert.Equal(0, trace.CpuUnknown);
    }

    [Fact]
    public void TheNativePollersRecordsHaveItsCore()
    {
        Assert.SkipUnless(NativePollerLibrary.IsAvailable, NativePollerLibrary.Reason);
        int[] cpus = Cpus();
        using FenceEngine engine = new(new FenceEngineOptions { Recording = RecordingMode.Coarse, PollerCore = cpus[^1] });
        Records records = new();
        FenceRing ring = engine.CreateRing("native");
        ring.Emit(default, out FenceRef fence);
        ring.Consumer.Complete(1);
        Assert.True(fence.Fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess);
        fence.Dispose();
        TraceEvent signal = Assert.Single(records.Read().Events, static e => e.Kind == TraceEventKind.FenceSignaled);
        Assert.Equal(cpus[^1], signal.Cpu);
    }

    [Fact]
    public void WhereThereIsNoWordTheCpuIsSaidToBeUnknown()
    {
        byte* memory = stackalloc byte[(int)RecordArea.BytesFor(1, 1, 16)];
        new Span<byte>(memory, (int)RecordArea.BytesFor(1, 1, 16)).Clear();
        RecordArea* area = (RecordArea*)memory;
        (area->NameSlots, area->RingSlots, area->RingRecords) = (1, 1, 16);
        RecordRing* ring = RecordArea.TakeRing(area, 7);
        RecordRing.Write(ring, RecordEntry.Stamped(1, RecordKind.FenceInit), 1, 1, 0);
        RecordEntry* copy = stackalloc RecordEntry[16];
        uint cpu = RecordRing.CpuFrom(ring, out ulong from);
        uint count = RecordRing.Copy(ring, 0, copy, 16, out ulong first);
        Assert.Equal((1u, RecordRing.NoCpu), (count, cpu));
        Assert.Equal(new RecordPlace(7, RecordRing.NoCpu), RecordPlace.Before(ring, new ReadOnlySpan<RecordEntry>(copy, 1), first, cpu, from));
    }

    [Fact]
    public void RecordsThatMayHaveLostAMoveAreNotGivenACpu()
    {
        RecordEntry[] records = [Moved(3, 2), Moved(4, 3)];
        RecordRing ring = default;
        ring.ThreadId = 7;
        Assert.Equal(new RecordPlace(7, 2), RecordPlace.Before(&ring, records, first: 9, cpu: 5, from: 8)); // the first move tells
        Assert.Equal(new RecordPlace(7, 4), new RecordPlace(7, 2).After(records));
        Assert.Equal(new RecordPlace(7, 5), RecordPlace.Before(&ring, [], first: 8, cpu: 5, from: 8));
        Assert.Equal(new RecordPlace(7, RecordRing.NoCpu), RecordPlace.Before(&ring, [], first: 9, cpu: 5, from: 8));
    }

    private static RecordEntry Moved(uint to, uint before) => new()
    {
        Stamp = RecordEntry.Stamped(0, RecordKind.Cpu),
        Context = to,
        Seqno = before,
    };

    private static void LiveOn(Timeline timeline, int cpu)
    {
        Assert.True(Affinity.TryPinCurrentThread(cpu, out string reason), reason);
        Lives.Many(timeline, 1);
    }

    private static int[] Cpus()
    {
        Assert.SkipUnless(ThreadCpu.FindOffset() != 0, "No CPU word of threads here: it takes Linux on x64 and glibc 2.35.");
        Assert.True(Affinity.TryGet(Environment.ProcessId, out CoreSet allowed));
        int[] cpus = [.. Enumerable.Range(0, 1024).Where(c => allowed.Contains(c))];
        Assert.SkipUnless(cpus.Length > 1, "One CPU only: nowhere to move to.");
        return cpus;
    }
}
