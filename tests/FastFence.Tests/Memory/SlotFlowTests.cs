using FastFence.Memory;
using Xunit;

namespace FastFence.Tests.Memory;

public sealed unsafe class SlotFlowTests
{
    [Fact]
    public void SlotsThatAnotherThreadReleasesComeBackAndMemoryStaysFlat()
    {
        using FenceEngine engine = Lives.Stepped();
        Timeline timeline = engine.CreateTimeline("t");
        using Worker releaser = new();
        FenceSource[] batch = new FenceSource[5000];
        long slabs = 0;
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = timeline.CreateFence();
            }

            releaser.Do(() => Lives.End(batch));
            slabs = round == 20 ? engine.GetStatistics().Slabs : slabs;
        }

        Assert.Equal(1_000_000, engine.GetStatistics().FencesCreated);
        Assert.Equal(slabs, engine.GetStatistics().Slabs);
        Until.Drained(engine);
    }

    [Fact]
    public void HandlesOfADisposedEngineAreRefusedWhenItsSlabsServeAnother()
    {
        Fence[] old = LiveAndDie(out uint[] slabs);
        Fence[] young = LiveAndDie(out uint[] reused, old);
        Assert.Equal(slabs.Order(), reused.Order());
        Assert.Empty(old.Intersect(young));
    }

    [Fact]
    public void WithoutTheSlabsMemoryOfGenerationsOldHandlesWouldFit()
    {
        LiveAndDie(out uint[] slabs);
        Forget(slabs, 0);
        Fence[] old = LiveAndDie(out _);
        Forget(slabs, 0);
        Fence[] young = LiveAndDie(out _);
        Forget(slabs, 1 << 20); // above whatever the tests before have had
        Assert.NotEmpty(old.Intersect(young));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    public void SlabsMayBePrefaultedHugeAndLocked(bool prefault, bool huge, bool locked)
    {
        FenceEngineOptions options = new() { Prefault = prefault, HugePages = huge, LockMemory = locked, MaxFences = 50_000 };
        using FenceEngine engine = new(options);
        Timeline timeline = engine.CreateTimeline("t");
        Lives.End(Lives.Hold(timeline, 40_000));
        Until.Drained(engine);
        Assert.True(engine.GetStatistics().Slabs >= 2);
        Assert.Equal(0, engine.GetStatistics().PoisonBroken);
    }

    [Fact]
    public void WithOneSlotAMagazineEverythingStillRuns()
    {
        using FenceEngine engine = new(new FenceEngineOptions { MagazineSize = 1 });
        Timeline timeline = engine.CreateTimeline("t");
        FenceRing ring = engine.CreateRing("r", new RingOptions { Capacity = 8 });
        using Worker device = new();
        using Worker waiter = new();
        int ran = 0;
        Action ended = device.Begin(() =>
        {
            for (int done = 0; done < 500;)
            {
                ring.Consumer.WaitForWork(long.MaxValue);
                while (ring.Consumer.TryTake(out _))
                {
                    ring.Consumer.Complete(ring.Consumer.Position);
                    done++;
                }
            }
        });
        for (int i = 0; i < 500; i++)
        {
            FenceRef job = default;
            Until.Holds(() => ring.Emit(new RingCommand { Opcode = 1 }, out job) == EmitResult.Emitted, "room on the ring");
            FenceSource source = timeline.CreateFence();
            Fence fence = source.Fence;
            Action woken = waiter.Begin(() => Assert.True(fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess));
            fence.AddCallback((_, _) => Interlocked.Increment(ref ran), null, out CallbackRegistration kept);
            fence.AddCallback((_, _) => Interlocked.Increment(ref ran), null, out CallbackRegistration removed);
            Assert.True(removed.Remove());
            Assert.True(job.Fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess);
            source.Signal();
            woken();
            source.Dispose();
            job.Dispose();
        }

        ended();
        Until.Drained(engine);
        EngineStatistics now = engine.GetStatistics();
        Assert.Equal(500, ran);
        Assert.Equal((0, 0, 0, 0), (now.FencesLive, now.CallbackNodesLive, now.PoisonBroken, now.SlotsLost));
    }

    private static void Forget(uint[] slabs, uint generation) =>
        Array.ForEach(slabs, slab => Regions.Fences->Info(slab).GenerationBase = generation);

    // More fences than a slab holds; some are still held when the engine ends.
    private static Fence[] LiveAndDie(out uint[] slabs, Fence[]? strangers = null)
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        Timeline timeline = engine.CreateTimeline("t");
        Lives.Many(timeline, 2000);
        FenceSource[] held = Lives.Hold(timeline, 40_000);
        Fence[] fences = [.. held.Select(s => s.Fence)];
        slabs = [.. fences.Select(f => f.Index / (Reservation.SlabBytes / Reservation.FenceBytes)).Distinct()];
        foreach (Fence stranger in strangers ?? [])
        {
            Assert.Equal(FenceState.Stale, stranger.Status.State);
            Assert.False(stranger.TryAcquire(out _));
            Assert.Equal(AddCallbackResult.Stale, stranger.AddCallback(static (_, _) => { }, null, out _));
        }

        Lives.End(held[..20_000]);
        return fences;
    }
}
