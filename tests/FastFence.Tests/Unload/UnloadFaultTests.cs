using System.Text;
using FastFence.Memory;
using FastFence.Recording;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Unload;

/// <summary>Faults of shipped fence systems around names, lifetimes and teardown, each with what it takes to see it.</summary>
public sealed unsafe class UnloadFaultTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private static readonly string[] s_four = ["kernel-like", "queue-2", "detached-driver", "signaled-timeline"];

    private static ManualResetEventSlim? s_inside;
    private static ManualResetEventSlim? s_leave;

    private readonly FenceEngine _engine = Lives.Stepped(magazine: 8);
    private readonly KernelDriver _driver;
    private readonly Worker _observer = new();

    public UnloadFaultTests() => _driver = new KernelDriver(_engine);

    public void Dispose()
    {
        _observer.Dispose();
        _engine.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void NamesAreTheDriversThroughItsUnloadAndNeverItsFreedMemory() => Assert.Equal(0, ReadThroughTheEndOfQueues(frees: false)); // fault 1

    [Fact]
    public void ADriverThatFreesItsNamesAtOnceIsCaughtReadingPoison() => Assert.NotEqual(0, ReadThroughTheEndOfQueues(frees: true)); // its control

    [Theory]
    [InlineData(false, "kernel-like", "queue-2")]
    [InlineData(true, "detached-driver", "signaled-timeline")]
    public void FourDifferentStringsStandEachInItsPlace(bool signaled, string driver, string timeline)
    {
        // Fault 2: the original asked the driver's op for both. The four differ, so any swap shows.
        using FenceSource source = _driver.CreateQueue("queue-2", out _).CreateFence();
        if (signaled)
        {
            source.Signal();
        }

        Assert.Equal((driver, timeline), NamesOf(source.Fence));
        Assert.Equal(4, s_four.Distinct().Count());
    }

    [Fact]
    public void AReaderPausedInsideAnOpFinishesOnValidOps()
    {
        // Fault 3: ops detached between a reader's look at them and its use of what they gave.
        using ManualResetEventSlim inside = s_inside = new();
        using ManualResetEventSlim leave = s_leave = new();
        int unloads = 0;
        Exporter exporter = _engine.CreateExporter("captured", new ExporterOps { DriverName = &PausedName }, 0, ExporterCode.Of(() => unloads++));
        nint data = exporter.AllocatePrivate(16);
        "0123456789abcdef"u8.CopyTo(new Span<byte>((void*)data, 16));
        FenceSource source = exporter.CreateTimeline("t", new TimelineOptions { PrivateData = data }).CreateFence();
        string? read = null;
        Action done = _observer.Begin(() => read = NamesOf(source.Fence).Driver);
        inside.Wait(s_minute);
        Task<UnloadReport> unload = exporter.UnloadAsync(s_minute);
        Until.Holds(() => exporter.IsClosed, "the unload");
        source.Signal(); // detached
        exporter.FreePrivate(data, 16);
        Assert.False(unload.Wait(50));
        Assert.Equal(0, unloads);
        leave.Set();
        done();
        Assert.Equal("0123456789abcdef", read);
        Assert.Equal((true, 1), (unload.Result.IsComplete, unloads));
        Until.Drained(_engine);
        Assert.Equal(Poison.Pattern, ((ulong*)data)[1]); // what it would have read; the first word is the heap's again
        source.Dispose();
    }

    [Fact]
    public void RecordsOfATransitionCarryRealNamesAlsoWhenTheExporterGoesAtThatMoment()
    {
        // Fault 4: a trace of the state change asked ops that were gone. The names that are recorded are copied into the fence.
        for (int round = 0; round < 50; round++)
        {
            using KernelDriver driver = new(_engine);
            FenceSource source = driver.CreateQueue("queue", out nint data).CreateFence();
            source.Fence.TryAcquire(out FenceRef held);
            (string, string) atSignal = default;
            source.Fence.AddCallback((fence, _) => atSignal = RecordedOf(fence), null, out _);
            Task<UnloadReport> unload = driver.Exporter.UnloadAsync(s_minute);
            source.Signal();
            driver.Exporter.FreePrivate(data, sizeof(KernelDriver.Queue));
            Assert.True(unload.Result.IsComplete, unload.Result.ToString());
            Until.Holds(() => held.Fence.IsQuiesced, "its callback");
            Assert.Equal(("captured-driver", "captured-timeline"), atSignal);
            Assert.Equal(atSignal, RecordedOf(held.Fence));
            source.Dispose();
            held.Dispose();
        }
    }

    [Fact]
    public void AFenceSignaledBeforeAnybodyLookedLeavesNoReferenceBehind()
    {
        // Fault 16: the reference was dropped in the completion path only.
        Timeline timeline = _driver.CreateQueue("queue", out _);
        for (int i = 0; i < 100; i++)
        {
            FenceSource source = timeline.CreateFence();
            source.Signal();
            source.Fence.TryAcquire(out FenceRef reference);
            Assert.Equal(AddCallbackResult.AlreadySignaled, source.Fence.AddCallback(static (_, _) => { }, null, _driver.Exporter.CodeOwner, out _));
            Assert.True(source.Fence.Wait(TimeSpan.Zero).IsSuccess);
            Assert.True(source.Fence.WaitAsync().AsTask().Result == FenceStatus.Signaled);
            source.Dispose();
            Assert.Equal(1, _engine.GetStatistics().FencesLive); // the control: what is held is counted
            reference.Dispose();
            Assert.Equal(0, _engine.GetStatistics().FencesLive);
        }

        Assert.True(_driver.Exporter.UnloadAsync(s_minute).Result.IsComplete);
        Assert.Equal(0, _driver.Data->Waiting);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("unshared")]
    [InlineData("shared")]
    [InlineData("with callback")]
    [InlineData("signaled out of turn")]
    [InlineData("signaled")]
    [InlineData("on the ring")]
    [InlineData("completed on the ring")]
    [InlineData("source gone")]
    public void TeardownInEveryPhaseLeavesNoLiveSlot(string phase)
    {
        // Fault 17: the last fence of a queue leaked at its teardown.
        Timeline timeline = _driver.CreateQueue("queue", out nint data);
        FenceRing ring = _driver.Exporter.CreateRing("r");
        FenceSource[] sources = phase == "nothing" ? [] : Lives.Hold(timeline, 3);
        FenceRef job = default;
        switch (phase)
        {
            case "shared":
                Assert.All(sources, s => Assert.False(s.Fence.IsSignaled));
                break;
            case "with callback":
                sources[2].Fence.AddCallback(static (_, _) => { }, null, out _);
                sources[2].Fence.AddCallback(static (_, _) => { }, null, _driver.Exporter.CodeOwner, out _);
                break;
            case "signaled out of turn":
                Assert.Equal(SignalResult.Deferred, sources[2].Signal());
                break;
            case "signaled":
                Array.ForEach(sources, s => s.Signal());
                break;
            case "on the ring" or "completed on the ring":
                Assert.Equal(EmitResult.Emitted, ring.Emit(default, out job));
                ring.Consumer.Complete(phase == "on the ring" ? 0u : 1u);
                break;
            case "source gone":
                Array.ForEach(sources, s => s.Dispose());
                sources = [];
                break;
            default:
                break;
        }

        UnloadReport report = _driver.Exporter.UnloadAsync(s_minute).Result;
        Assert.True(report.IsComplete, report.ToString());
        _driver.Exporter.FreePrivate(data, sizeof(KernelDriver.Queue));
        Assert.All(sources, s => Assert.True(s.Fence.IsSignaled));
        Assert.Equal(sources.Length + (job.Fence.IsNull ? 0 : 1), _engine.GetStatistics().FencesLive); // the control: the holders'
        Array.ForEach(sources, s => s.Dispose());
        if (!job.Fence.IsNull)
        {
            job.Dispose();
        }

        Until.Drained(_engine);
        EngineStatistics end = _engine.GetStatistics();
        Assert.Equal((0, 0, 0), (end.FencesLive, end.CallbackNodesLive, end.SlotsLost));
    }

    [Fact]
    public void ALastReferenceDroppedUnderTheLockThatItsDestructorTakesIsNoDeadlock()
    {
        // Fault 18. The destructor runs in the reclaimer, whoever let go.
        FenceSource source = _driver.CreateQueue("queue", out nint data).CreateFence();
        KernelDriver.Lock(data);
        source.Signal();
        source.Dispose();
        _driver.Retire(data);
        Until.Holds(() => Volatile.Read(ref _driver.Data->InDestructor) == 1, "the destructor, at the lock");
        Assert.Equal(0, _driver.Data->Destroyed); // the control: it does take the lock that we hold
        KernelDriver.Unlock(data);
        Until.Holds(() => Volatile.Read(ref _driver.Data->Destroyed) == 1, "the destructor's end");
        Assert.Equal(0, _driver.Data->DestroyedByCaller);
    }

    // Queues come and go; how often a reader saw something that was not one of the four strings in its place.
    private int ReadThroughTheEndOfQueues(bool frees)
    {
        int wrong = 0;
        ulong shown = 0;
        bool end = false;
        Action read = _observer.Begin(() =>
        {
            while (!Volatile.Read(ref end))
            {
                Fence fence = Fence.FromValue(Volatile.Read(ref shown));
                if (!fence.IsNull)
                {
                    (string driver, string timeline) = NamesOf(fence);
                    wrong += driver is "kernel-like" or "detached-driver" && timeline is "queue" or "signaled-timeline" ? 0 : 1;
                }
            }
        });
        for (int round = 0; round < (frees ? 10_000 : 300) && !(frees && Volatile.Read(ref wrong) != 0); round++)
        {
            Timeline timeline = _driver.CreateQueue("queue", out nint data);
            FenceSource source = timeline.CreateFence();
            Volatile.Write(ref shown, source.Fence.Value);
            if (frees)
            {
                // As before the contract: the memory is overwritten while somebody may be reading. It stays valid memory here.
                ((KernelDriver.Queue*)data)->Driver[0] = 0xFD;
                Thread.Yield();
                source.Signal();
            }
            else
            {
                _driver.DestroyQueue(timeline, data);
            }

            source.Dispose();
        }

        Volatile.Write(ref end, true);
        read();
        Assert.True(_driver.Exporter.UnloadAsync(s_minute).Result.IsComplete);
        return wrong;
    }

    private static (string Driver, string Timeline) NamesOf(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return (Encoding.UTF8.GetString(section.View.DriverName(fence)), Encoding.UTF8.GetString(section.View.TimelineName(fence)));
    }

    private static (string, string) RecordedOf(Fence fence) =>
        (Encoding.UTF8.GetString(NameTable.Text(fence.Slot->DriverName)), Encoding.UTF8.GetString(NameTable.Text(fence.Slot->TimelineName)));

    private static Utf8Name PausedName(in FenceOpArgs args)
    {
        Utf8Name name = new(args.TimelineData, 16);
        s_inside!.Set();
        s_leave!.Wait(s_minute);
        return name;
    }
}
