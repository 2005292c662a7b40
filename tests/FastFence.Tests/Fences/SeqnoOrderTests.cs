using CsCheck;
using FastFence.Fences;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C10: seqnos inside are 64-bit; 32-bit words and comparisons follow the signed difference.</summary>
public sealed class SeqnoOrderTests : FenceTest
{
    [Theory]
    [InlineData(0ul, 0u, 0ul)]
    [InlineData(5ul, 7u, 7ul)]
    [InlineData(0xFFFF_FFFEul, 1u, 0x1_0000_0001ul)]
    [InlineData(0x7_FFFF_FFFFul, 0u, 0x8_0000_0000ul)]
    public void AWordOf32BitsExtendsByTheStepFromWhatWasSeen(ulong seen, uint word, ulong extended) =>
        Assert.Equal(extended, SeqnoOrder.Extend(seen, word));

    [Fact]
    public void ExtendingIsTheOnlySeqnoNotBelowTheLastOneWithTheseLowBits() =>
        Gen.Select(Gen.ULong[0, ulong.MaxValue >> 1], Gen.UInt).Sample((seen, step) =>
            SeqnoOrder.Extend(seen, (uint)(seen + step)) == seen + step);

    [Fact]
    public void OrderIn32BitsIsAntisymmetricAcrossTheWrap() =>
        Gen.Select(Gen.UInt, Gen.UInt[1, int.MaxValue]).Sample((a, step) =>
            SeqnoOrder.IsLater32(a + step, a) && !SeqnoOrder.IsLater32(a, a + step) && !SeqnoOrder.IsLater32(a, a));

    [Fact]
    public void AFenceAcrossThe32BitWrapIsLaterOnA32BitTimelineOnly()
    {
        Timeline narrow = Engine.CreateTimeline("narrow", new TimelineOptions { Seqno32 = true, StartSeqno = uint.MaxValue - 1 });
        FenceSource before = narrow.CreateFence();
        FenceSource after = narrow.CreateFence();
        Assert.Equal((uint.MaxValue, 0x1_0000_0000ul), (before.Fence.Seqno, after.Fence.Seqno));
        Assert.True(Fence.IsLater(after.Fence, before.Fence));
        Assert.False(Fence.IsLater(before.Fence, after.Fence));
        before.Dispose();
        after.Dispose();
    }

    [Fact]
    public void EqualFencesAreNotLaterThanThemselves()
    {
        (Fence first, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        Assert.False(Fence.IsLater(first, first));
        Assert.True(Fence.IsLater(second, first));
        Assert.False(Fence.IsLater(first, second));
        Assert.False(Fence.IsLater(Fence.Stub, Fence.Stub));
        firstSource.Dispose();
        secondSource.Dispose();
    }

    [Fact]
    public void ComparingAcrossContextsIsAnErrorAlsoWhenTheyShowTheSameNumber()
    {
        (Fence fence, FenceSource source) = Pending();
        Timeline other = Engine.CreateTimeline("other", new TimelineOptions { DisplayContext = Timeline.Context });
        FenceSource otherSource = other.CreateFence();
        Assert.Equal(fence.Context, otherSource.Fence.Context);
        Assert.Throws<ArgumentException>(() => Fence.IsLater(fence, otherSource.Fence));
        Assert.Throws<ArgumentException>(() => Fence.IsLater(fence, Fence.Stub));
        source.Dispose();
        Assert.Throws<ArgumentException>(() => Fence.IsLater(fence, fence));
        otherSource.Dispose();
    }

    [Fact]
    public void ContextsAreNeverUsedAgain()
    {
        HashSet<ulong> seen = [Timeline.Context];
        for (int i = 0; i < 100; i++)
        {
            using Timeline timeline = Engine.CreateTimeline("t");
            Assert.True(seen.Add(timeline.Context));
        }

        Assert.DoesNotContain(0ul, seen);
    }

    [Fact]
    public void SignalsWorkAcrossThe32BitBoundaryOfSeqnos()
    {
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { StartSeqno = uint.MaxValue - 2 });
        FenceSource[] sources = [.. Enumerable.Range(0, 6).Select(_ => timeline.CreateFence())];
        foreach (FenceSource source in sources.Reverse())
        {
            source.Signal();
        }

        Assert.All(sources, source => Assert.True(source.Fence.IsSignaled));
        Assert.Equal(uint.MaxValue + 4ul, timeline.CompletedSeqno);
        Array.ForEach(sources, source => source.Dispose());
    }
}
