using FastFence.Fences;
using FastFence.Memory;
using Xunit;

namespace FastFence.Tests.Memory;

public sealed unsafe class SlabBoundTests
{
    private static readonly RingCommand s_job = new() { Opcode = 1 };

    [Fact]
    public void AtTheBoundCreationIsRefusedAndNothingHasChanged()
    {
        using FenceEngine engine = Lives.Stepped(maxFences: 100);
        Timeline timeline = engine.CreateTimeline("t");
        FenceSource[] held = Lives.Hold(timeline, 100);
        Assert.False(timeline.TryCreateFence(out FenceSource refused));
        Assert.True(refused.IsNull);
        Assert.Contains("MaxFences", Assert.Throws<InsufficientMemoryException>(() => timeline.CreateFence()).Message, StringComparison.Ordinal);
        Assert.Equal(100u, timeline.LastSeqno);
        Assert.Equal(100, engine.GetStatistics().FencesLive);
        Assert.True(engine.GetStatistics().Refused >= 2);

        Lives.End(held[..10]);
        FenceSource[] again = Lives.Hold(timeline, 10);
        Assert.False(timeline.TryCreateFence(out _));
        Lives.End([.. held[10..], .. again]);
        Until.Drained(engine);
        Assert.Equal(0, engine.GetStatistics().FencesLive);
    }

    [Fact]
    public void AtTheBoundAnEmitIsRefusedAndTakesNoPosition()
    {
        using FenceEngine engine = Lives.Stepped(maxFences: 4);
        FenceRing ring = engine.CreateRing("r");
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(EmitResult.Emitted, ring.EmitDetached(s_job, out _));
        }

        Assert.Equal(EmitResult.NoMemory, ring.Emit(s_job, out FenceRef refused));
        Assert.True(refused.IsNull);
        Assert.Equal(4u, ring.Timeline.LastSeqno);
        ring.Consumer.Complete(4);
        engine.Poller.DoWork();
        Until.Drained(engine);
        Assert.Equal(EmitResult.Emitted, ring.EmitDetached(s_job, out _));
    }

    [Fact]
    public void AtTheBoundOfCallbacksAnAddIsRefusedAndKeepsNothing()
    {
        using FenceEngine engine = Lives.Stepped(maxCallbacks: 50);
        Timeline timeline = engine.CreateTimeline("t");
        int entries = DelegateTable.Count;
        int ran = 0;
        using (FenceSource source = timeline.CreateFence())
        {
            Fence fence = source.Fence;
            for (int i = 0; i < 50; i++)
            {
                Assert.Equal(AddCallbackResult.Added, fence.AddCallback((_, _) => ran++, null, out _));
            }

            Assert.Equal(AddCallbackResult.NoMemory, fence.AddCallback((_, _) => ran += 1000, null, out CallbackRegistration none));
            Assert.False(none.Remove());
            Assert.Equal(50, engine.GetStatistics().CallbackNodesLive);
            Assert.Equal(entries + 50, DelegateTable.Count);
            source.Signal();
        }

        Assert.Equal(50, ran);
        Assert.Equal(entries, DelegateTable.Count);
        Until.Drained(engine);
        using FenceSource next = timeline.CreateFence();
        Assert.Equal(AddCallbackResult.Added, next.Fence.AddCallback(static (_, _) => { }, null, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    public void WhicheverAllocationFailsOneCallIsRefusedAndNothingIsHalfMade(uint which)
    {
        // One slot a magazine: each of the twelve calls is one refill, so the n-th refill is the n-th call's.
        using FenceEngine engine = Lives.Stepped(magazine: 1);
        Timeline timeline = engine.CreateTimeline("t");
        FenceRing ring = engine.CreateRing("r");
        using FenceSource target = timeline.CreateFence();
        engine.Block->Pools.FailAfter = which;
        int refused = 0;
        List<FenceSource> sources = [];
        for (int i = 0; i < 4; i++)
        {
            if (timeline.TryCreateFence(out FenceSource source))
            {
                sources.Add(source);
            }
            else
            {
                refused++;
            }

            refused += ring.EmitDetached(s_job, out _) == EmitResult.NoMemory ? 1 : 0;
            refused += target.Fence.AddCallback(static (_, _) => { }, null, out _) == AddCallbackResult.NoMemory ? 1 : 0;
        }

        EngineStatistics now = engine.GetStatistics();
        Assert.Equal(1, refused);
        Assert.Equal(1, now.Refused);
        Assert.Equal(12, now.FencesLive + now.CallbackNodesLive); // the target, and eleven of twelve
        Assert.Equal((ulong)sources.Count + 1, timeline.LastSeqno);
        Assert.Equal(now.FencesLive - sources.Count - 1, (long)ring.Timeline.LastSeqno);

        target.Signal();
        Lives.End(sources);
        ring.Consumer.Complete(ring.Timeline.LastSeqno);
        engine.Poller.DoWork();
        target.Dispose();
        Until.Drained(engine);
        now = engine.GetStatistics();
        Assert.Equal((0, 0, 0), (now.FencesLive, now.CallbackNodesLive, now.SlotsLost));
    }

    [Fact]
    public void WhicheverBagFailsNothingIsLostAndTheNextTrySucceeds()
    {
        for (uint which = 1; which <= 40; which++)
        {
            using FenceEngine engine = Lives.Stepped(magazine: 1);
            Timeline timeline = engine.CreateTimeline("t");
            engine.Block->Pools.FailBagAfter = which;
            for (int i = 0; i < 20; i++)
            {
                // The housekeeper may meet the failure instead of us: either way one life at most is refused.
                Assert.True(Lives.TryOne(timeline, out _) || Lives.TryOne(timeline, out _));
            }

            Until.Drained(engine);
            EngineStatistics now = engine.GetStatistics();
            Assert.Equal((0, 0, 0), (now.FencesLive, now.Limbo, now.SlotsLost));
        }
    }
}
