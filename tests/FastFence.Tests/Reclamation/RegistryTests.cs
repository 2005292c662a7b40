using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Reclamation;

public sealed unsafe class RegistryTests : IDisposable
{
    private readonly uint _most = Registry.MaxReaders;
    private readonly List<nint> _occupied = [];

    public RegistryTests() => Registry.CurrentReader(); // ours, before the bound falls

    public void Dispose()
    {
        Registry.MaxReaders = _most;
        FreeAll();
    }

    [Fact]
    public void AThreadBeyondTheBoundStillHasSections()
    {
        using Worker beyond = new();
        OccupyAll();
        beyond.Do(static () => Assert.True(Registry.CurrentReader() == null));
        GraceToken before = GracePeriod.Start();
        beyond.Do(static () =>
        {
            Section.Enter();
            Section.Enter();
            Section.Exit();
            Assert.Throws<InvalidOperationException>(GracePeriod.Synchronize);
        });
        GraceToken during = GracePeriod.Start();
        Assert.True(GracePeriod.Poll(before));
        Assert.False(GracePeriod.Poll(during));
        beyond.Do(Section.Exit);
        Assert.True(GracePeriod.Poll(during));
    }

    [Fact]
    public void AThreadThatEnteredOnTheSharedRecordLeavesThere()
    {
        using Worker beyond = new();
        OccupyAll();
        beyond.Do(Section.Enter);
        FreeAll(); // a record of its own could be had now
        beyond.Do(Section.Enter);
        beyond.Do(Section.Exit);
        beyond.Do(Section.Exit);
        Assert.Equal(0u, Domain.Process->SharedWord);
        beyond.Do(static () => Assert.True(Registry.CurrentReader() != null));
        Assert.True(GracePeriod.Poll(GracePeriod.Start()));
    }

    [Fact]
    public void BeyondTheBoundCreationIsRefusedClearly()
    {
        using FenceEngine engine = Lives.Stepped();
        Timeline timeline = engine.CreateTimeline("t");
        FenceRing ring = engine.CreateRing("r");
        using FenceSource source = timeline.CreateFence();
        Fence fence = source.Fence;
        using Worker beyond = new();
        OccupyAll();
        beyond.Do(() =>
        {
            Assert.False(timeline.TryCreateFence(out _));
            Assert.Throws<InsufficientMemoryException>(() => timeline.CreateFence());
            Assert.Equal(EmitResult.NoMemory, ring.EmitDetached(default, out _));
            Assert.False(fence.IsSignaled);
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            Assert.Equal("t"u8, section.View.TimelineName(fence));
        });
    }

    [Fact]
    public void AnEngineWhoseThreadsFindNoRecordIsNotHalfMade()
    {
        Lives.Stepped().Dispose();
        Until.Holds(static () => Registry.RecoverDead(Domain.Process) == 0, "the end of the engine's threads");
        int names = NameTable.Count;
        OccupyAll();
        Assert.Throws<InsufficientMemoryException>(() => new FenceEngine());
        Assert.Equal(names, NameTable.Count);
        FreeAll();
        new FenceEngine().Dispose();
    }

    [Fact]
    public void ThreadsThatComeAndGoTakeABoundedNumberOfRecords()
    {
        using FenceEngine engine = Lives.Stepped();
        Timeline timeline = engine.CreateTimeline("t");
        uint most = Domain.Process->RecordCount + 40;
        Registry.MaxReaders = most;
        for (int round = 0; round < 10; round++)
        {
            Thread[] threads = [.. Enumerable.Range(0, 100).Select(number => new Thread(() =>
            {
                Section.Enter();
                Section.Exit();
                Lives.TryOne(timeline, out _);
            }))];
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
        }

        Assert.True(Domain.Process->RecordCount <= most);
        Until.Drained(engine);
        Assert.Equal(0u, Domain.Process->SharedWord);
        Assert.Equal(0, engine.GetStatistics().FencesLive);
    }

    [Fact]
    public void CachesOfThreadsThatEndedServeOthers()
    {
        using FenceEngine engine = Lives.Stepped();
        Timeline timeline = engine.CreateTimeline("t");
        int own = CountCaches(engine, withEmpty: true);
        for (int round = 0; round < 20; round++)
        {
            Worker.Together(4, number => Lives.Many(timeline, 50));
            Until.Holds(() => CountCaches(engine, withEmpty: false) <= own, "adopted caches");
        }

        Assert.True(CountCaches(engine, withEmpty: true) <= own + 4);
        Assert.Equal(20 * 4 * 50, engine.GetStatistics().FencesCreated);
    }

    private static int CountCaches(FenceEngine engine, bool withEmpty)
    {
        int count = 0;
        for (ThreadCache* c = (ThreadCache*)engine.Block->Pools.Caches; c != null; c = c->NextOfEngine)
        {
            count += withEmpty || c->Orphaned != 2 ? 1 : 0;
        }

        return count;
    }

    // Every record is somebody's; no more can be made.
    private void OccupyAll()
    {
        lock (Registry.Gate)
        {
            Until.Holds(static () => Registry.RecoverDead(Domain.Process) == 0, "the records of the dead");
            Registry.MaxReaders = Domain.Process->RecordCount;
            for (ReaderRecord* r = Domain.First(Domain.Process); r != null; r = r->Next)
            {
                if (r->State == (uint)ReaderState.Free)
                {
                    r->ThreadId = Environment.ProcessId; // the main thread: it lives as long as we
                    r->ThreadStart = CurrentThread.StartTime(Environment.ProcessId);
                    r->State = (uint)ReaderState.Away;
                    _occupied.Add((nint)r);
                }
            }
        }
    }

    private void FreeAll()
    {
        lock (Registry.Gate)
        {
            _occupied.ForEach(r => ((ReaderRecord*)r)->State = (uint)ReaderState.Free);
            _occupied.Clear();
            Registry.MaxReaders = _most;
        }
    }
}
