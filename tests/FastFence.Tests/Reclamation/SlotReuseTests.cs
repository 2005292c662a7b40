using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Reclamation;

public sealed class SlotReuseTests : IDisposable
{
    private readonly FenceEngine _engine = Lives.Stepped(magazine: 1);
    private readonly Timeline _timeline;
    private readonly Worker _reader = new();

    public SlotReuseTests() => _timeline = _engine.CreateTimeline("t");

    public void Dispose()
    {
        _reader.Dispose();
        _timeline.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public void ASlotIsNotReusedWhileAReaderThatSawItIsInASection()
    {
        Fence seen = ReleaseUnder(Section.Enter);
        Assert.False(_engine.Barrier(TimeSpan.Zero));
        Assert.False(IsReused(seen));
        Assert.False(IsPoisoned(seen));
        _reader.Do(Section.Exit);
        Until.Drained(_engine);
        Assert.True(IsPoisoned(seen));
        Assert.True(IsReused(seen));
    }

    [Fact]
    public void WithoutTheSectionTheSameReaderMeetsTheSlotsNextLife()
    {
        Fence seen = ReleaseUnder(static () => { });
        Until.Drained(_engine);
        Assert.True(IsPoisoned(seen));
        Assert.True(IsReused(seen));
    }

    [Fact]
    public void OfNestedSectionsTheOutermostCounts()
    {
        Fence seen = ReleaseUnder(static () =>
        {
            Section.Enter();
            Section.Enter();
            Section.Enter();
        });
        for (int exits = 0; exits < 3; exits++)
        {
            Assert.False(_engine.Barrier(TimeSpan.Zero));
            Assert.False(IsReused(seen));
            _reader.Do(Section.Exit);
        }

        Until.Drained(_engine);
        Assert.True(IsReused(seen));
    }

    [Fact]
    public void ASectionThatBeganAfterTheReleaseHoldsUpNothing()
    {
        Fence seen = ReleaseUnder(static () => { });
        Assert.True(_engine.Barrier(TimeSpan.FromSeconds(60)));
        _reader.Do(Section.Enter);
        Assert.True(IsReused(seen));
        _reader.Do(Section.Exit);
    }

    [Fact]
    public void PrivateDataOutlivesTheSectionThatSawItAndIsPoisonedAfterwards()
    {
        nint data = _engine.DefaultExporter.AllocatePrivate(12);
        _reader.Do(Section.Enter);
        _engine.DefaultExporter.FreePrivate(data, 12);
        Assert.False(_engine.Barrier(TimeSpan.Zero));
        Assert.Equal(0u, WordAt(data + 8));
        _reader.Do(Section.Exit);
        Until.Holds(() => WordAt(data + 8) == Poison.Pattern, "the pattern, in the last incomplete word too"); // the first has the heap's link
    }

    [Fact]
    public void SlotsOfAnIdleThreadAreReclaimedWithoutIt()
    {
        _reader.Do(() => Lives.Many(_timeline, 100));
        Until.Holds(() => _engine.GetStatistics().Limbo == 0, "an idle thread's slots reclaimed");
    }

    [Fact]
    public void StagedSlotsOfADeadThreadAreAdopted()
    {
        using FenceEngine engine = Lives.Stepped(); // bags of 504: nothing is sealed by itself
        Timeline timeline = engine.CreateTimeline("t");
        using (Worker dead = new())
        {
            dead.Do(() => Lives.Many(timeline, 100));
        }

        Until.Holds(() => engine.GetStatistics().Limbo == 0, "a dead thread's slots reclaimed");
        Assert.Equal(100, engine.GetStatistics().FencesCreated);
        Assert.Equal(100, engine.GetStatistics().SlotsReclaimed);
    }

    private static unsafe ulong WordAt(nint address) => Volatile.Read(ref *(ulong*)address);

    private static unsafe bool IsPoisoned(Fence fence) => Volatile.Read(ref fence.Slot->Head) == Poison.Pattern;

    private Fence ReleaseUnder(Action enter)
    {
        FenceSource source = _timeline.CreateFence();
        Fence fence = source.Fence;
        source.Signal();
        _reader.Do(() =>
        {
            enter();
            Assert.True(fence.IsSignaled);
        });
        source.Dispose();
        return fence;
    }

    private bool IsReused(Fence former)
    {
        // More than are free: the free ones come first.
        FenceSource[] held = Lives.Hold(_timeline, 50 + (int)_engine.GetStatistics().SlotsReclaimed);
        bool found = held.Any(s => s.Fence.Index == former.Index);
        Lives.End(held);
        return found;
    }
}
