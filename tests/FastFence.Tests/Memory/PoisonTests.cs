using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Memory;

public sealed unsafe class PoisonTests
{
    private const int RefGenWord = 1;

    public static TheoryData<int> Words => [0, 2, 3, 4, 5, 6, 7];

    [Fact]
    public void AReclaimedSlotIsFilledWithThePattern()
    {
        using FenceEngine engine = Lives.Stepped(magazine: 1);
        ulong* slot = ReclaimOne(engine, engine.CreateTimeline("t"), out _);
        for (int i = 0; i < Reservation.FenceBytes / sizeof(ulong); i++)
        {
            Assert.Equal(i != RefGenWord, (slot[i] | TopByteOf(i)) == Poison.Pattern);
        }

        Assert.Equal(0, ((FenceSlot*)slot)->ZeroByte);
    }

    [Fact]
    public void AStaleSourcesSignalAsksForTheLineAndLeavesThePoisonWhole()
    {
        using FenceEngine engine = Lives.Stepped(magazine: 1);
        Timeline timeline = engine.CreateTimeline("t");
        FenceSource source = timeline.CreateFence();
        Fence fence = source.Fence;
        source.Dispose();
        Until.Drained(engine);
        Assert.Equal(SignalResult.Stale, source.Signal());
        Assert.True(SlotCache.IsIntact<FenceKind>(fence.Index));
        fence.Slot->ZeroByte = 1; // the control: the byte is looked at
        Assert.False(SlotCache.IsIntact<FenceKind>(fence.Index));
        fence.Slot->ZeroByte = 0;
        Assert.True(IsGivenOut(timeline, fence.Index));
    }

    [Fact]
    public void NoAddressOfATimelineReachesTheZeroByte()
    {
        using FenceEngine engine = Lives.Stepped(magazine: 1);
        using FenceSource source = engine.CreateTimeline("t").CreateFence();
        Assert.Equal(0, source.Fence.Slot->ZeroByte);
        Assert.Equal(0UL, (ulong)Reservation.BlockBase >> 56);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void AWriteAfterReclaimIsFoundAndTheSlotNeverGivenOut(int word)
    {
        using FenceEngine engine = Lives.Stepped(magazine: 1);
        Timeline timeline = engine.CreateTimeline("t");
        ReclaimOne(engine, timeline, out uint index)[word] ^= 1;
        Assert.False(IsGivenOut(timeline, index));
        Assert.Equal(1, engine.GetStatistics().PoisonBroken);
    }

    [Fact]
    public void WithoutPoisonTheSameWriteGoesUnnoticed()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, MagazineSize = 1, Poison = false });
        Timeline timeline = engine.CreateTimeline("t");
        ReclaimOne(engine, timeline, out uint index)[6] ^= 1;
        Assert.True(IsGivenOut(timeline, index));
        Assert.Equal(0, engine.GetStatistics().PoisonBroken);
    }

    [Fact]
    public void AWriteToAReclaimedNodeIsFoundToo()
    {
        using FenceEngine engine = Lives.Stepped(magazine: 1);
        Timeline timeline = engine.CreateTimeline("t");
        using (FenceSource source = timeline.CreateFence())
        {
            source.Fence.AddCallback(static (_, _) => { }, null, out CallbackRegistration registration);
            source.Signal();
            Until.Drained(engine);
            CallbackNode.At(registration.Node)->Function = 1;
        }

        using FenceSource next = timeline.CreateFence();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(AddCallbackResult.Added, next.Fence.AddCallback(static (_, _) => { }, null, out _));
        }

        Assert.Equal(1, engine.GetStatistics().PoisonBroken);
    }

    // The timeline's word, whose top byte is 0 at all times.
    private static ulong TopByteOf(int word) => word == 4 ? Poison.Pattern & ~(ulong.MaxValue >> 8) : 0;

    private static ulong* ReclaimOne(FenceEngine engine, Timeline timeline, out uint index)
    {
        Assert.True(Lives.TryOne(timeline, out Fence fence));
        Until.Drained(engine);
        index = fence.Index;
        return (ulong*)fence.Slot;
    }

    private static bool IsGivenOut(Timeline timeline, uint index)
    {
        FenceSource[] held = Lives.Hold(timeline, 8);
        bool found = held.Any(s => s.Fence.Index == index);
        Lives.End(held);
        return found;
    }
}
