using System.Text;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>What a timeline without fences takes and shows, and how it comes to a block of its own.</summary>
public sealed unsafe class UnusedTimelineTests : FenceTest
{
    private readonly byte[] _shared = SharedBlocks();
    private readonly FenceSource _warm;

    public UnusedTimelineTests() => _warm = Timeline.CreateFence(); // this thread's cache, too

    [Fact]
    public void AnUnusedTimelineTakesItsNameAloneAndItsFirstFenceTheBlock()
    {
        long before = BlockHeap.LiveBytes;
        Timeline timeline = Engine.CreateTimeline("a name");
        Timeline same = Engine.CreateTimeline("a name");
        Assert.Equal(64, BlockHeap.LiveBytes - before);
        Assert.Equal((0UL, 0UL, false), (timeline.LastSeqno, timeline.CompletedSeqno, timeline.IsClosed));
        Assert.Equal("a name", timeline.GetNames().Name);
        Assert.NotEqual(same.Context, timeline.Context);

        using FenceSource source = timeline.CreateFence();
        Assert.Equal(64 + sizeof(TimelineBlock), BlockHeap.LiveBytes - before);
        Assert.Equal((timeline.Context, 1UL), (source.Fence.Context, source.Fence.Seqno));
        using FenceSource second = timeline.CreateFence();
        Assert.Equal(64 + sizeof(TimelineBlock), BlockHeap.LiveBytes - before);
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(48, 64)]
    [InlineData(49, 128)]
    [InlineData(112, 128)]
    [InlineData(113, 256)]
    [InlineData(240, 256)]
    public void ANameTakesWhatItIsLongAndReadsTheSameBesideOthers(int length, int bytes)
    {
        long before = BlockHeap.LiveBytes;
        byte[][] names = [.. Enumerable.Range(0, 20).Select(i => Encoding.UTF8.GetBytes(new string((char)('a' + i), length)))];
        uint[] numbers = [.. names.Take(length == 0 ? 1 : 20).Select(name => NameTable.Intern(name))];
        Assert.Equal(numbers.Length * bytes, BlockHeap.LiveBytes - before);
        Assert.All(numbers.Zip(names), pair => Assert.Equal(pair.Second, NameTable.Text(pair.First).ToArray()));
        NameTable.KeepsNames = false; // another test may have turned the recorder on, which keeps them for its records
        Array.ForEach(numbers, NameTable.Release);
        Assert.Equal(before, BlockHeap.LiveBytes);
    }

    [Fact]
    public void WithoutMemoryForItsBlockAFirstFenceIsRefusedAndTheNextOneIsMade()
    {
        Timeline timeline = Engine.CreateTimeline("unlucky");
        long before = BlockHeap.LiveBytes;
        BlockHeap.FailAfter = 1;
        Assert.False(timeline.TryCreateFence(out FenceSource refused));
        Assert.True(refused.IsNull);
        BlockHeap.FailAfter = 1;
        Assert.Throws<InsufficientMemoryException>(() => timeline.CreateFence());
        BlockHeap.FailAfter = 1;
        Assert.True(timeline.WaitFor(1, TimeSpan.FromMilliseconds(1), CancellationToken.None).IsTimedOut);
        BlockHeap.FailAfter = 1;
        Assert.Throws<InsufficientMemoryException>(() => timeline.WaitForAsync(1).AsTask().Wait());
        BlockHeap.FailAfter = 0;
        Assert.Equal((before, 0UL, false), (BlockHeap.LiveBytes, timeline.LastSeqno, timeline.IsClosed));
        using FenceSource source = timeline.CreateFence();
        Assert.Equal(1UL, source.Fence.Seqno);
    }

    [Fact]
    public void AnUnusedTimelineThatIsClosedMakesNoFenceAndIsFreed()
    {
        LiveMemory.IsFlatOver(3, () =>
        {
            Timeline timeline = Engine.CreateTimeline("brief");
            timeline.Close();
            timeline.Close();
            Assert.True(timeline.IsClosed);
            Assert.False(timeline.TryCreateFence(out _));
            Assert.Throws<InvalidOperationException>(() => timeline.CreateFence());
            Assert.Equal(FenceError.TimelineClosed, timeline.WaitFor(1).Error);
            Assert.Equal(FenceStatus.Signaled, timeline.WaitFor(0));
            Until.Holds(() => timeline.IsFreed, "its end");
            Assert.Equal(string.Empty, timeline.GetNames().Name);
        });
    }

    [Fact]
    public void OfTwoFirstUsersAtOnceBothComeToOneBlockAndTheOtherIsGivenBack()
    {
        UseAtOnce(2000); // the threads' caches and bags serve again
        long before = BlockHeap.LiveBytes;
        UseAtOnce(2000);

        // Hundreds of blocks are not left.
        Until.Holds(() => BlockHeap.LiveBytes - before < 32 * sizeof(TimelineBlock), () => $"{BlockHeap.LiveBytes - before} bytes are left");
    }

    [Fact]
    public void AFirstFenceAgainstItsClosingIsRefusedOrEndsWithTheError()
    {
        Timeline timeline = null!;
        FenceSource source = default;
        int both = 0;
        void New() => timeline = Engine.CreateTimeline("closing");
        New();
        Race.Rounds(
            2000,
            _ => timeline.TryCreateFence(out source),
            _ => timeline.Close(),
            _ =>
            {
                Assert.True(timeline.IsClosed);
                if (!source.IsNull)
                {
                    both++;
                    Assert.Equal(FenceError.TimelineClosed, source.Fence.Status.Error);
                    source.Dispose();
                }

                source = default;
                New();
            });
        Assert.InRange(both, 0, 2000);
    }

    [Fact]
    public void WhoWaitsForAValueOfAnUnusedTimelineIsWoken()
    {
        Timeline timeline = Engine.CreateTimeline("awaited");
        Task<WaitResult> later = timeline.WaitForAsync(2).AsTask();
        Race.Run(
            () => Assert.Equal(FenceStatus.Signaled, timeline.WaitFor(2)),
            () => Lives.Many(timeline, 2));
        Assert.Equal(FenceStatus.Signaled, later.Result.Status);
    }

    [Fact]
    public void InsideASignallingSectionAFirstFenceIsMadeWhereTheSectionKnewOfIt()
    {
        Timeline known = Engine.CreateTimeline("known");
        Timeline unknown = Engine.CreateTimeline("unknown");
        using (SignallingSection section = known.BeginSignalling())
        {
            using FenceSource source = known.CreateFence();
            Assert.False(unknown.TryCreateFence(out _));
            source.Signal();
        }

        using FenceSource outside = unknown.CreateFence();
        outside.Signal();
    }

    [Fact]
    public void WithoutMemoryForHintsTheExporterIsToldOfEachDeadline()
    {
        using FakeDriver driver = new("driver", "timeline");
        using Exporter exporter = driver.CreateOn(Engine);
        using FenceSource source = exporter.CreateTimeline("t").CreateFence();
        long before = BlockHeap.LiveBytes;
        BlockHeap.FailAfter = 1;
        source.Fence.SetDeadline(TimeSpan.FromHours(1));
        BlockHeap.FailAfter = 1;
        source.Fence.SetDeadline(TimeSpan.FromHours(1));
        BlockHeap.FailAfter = 0;
        Assert.Equal((2, before), (driver.Data->Deadlines, BlockHeap.LiveBytes));
        source.Fence.SetDeadline(TimeSpan.FromHours(1));
        source.Fence.SetDeadline(TimeSpan.FromHours(2));
        Assert.Equal((3, before + 256), (driver.Data->Deadlines, BlockHeap.LiveBytes));
        source.Signal();
    }

    protected override void Dispose(bool disposing)
    {
        BlockHeap.FailAfter = 0;
        NameTable.KeepsNames = true;
        _warm.Dispose();
        base.Dispose(disposing);
        Assert.Equal(_shared, SharedBlocks()); // whatever a test did, nobody has written what all unused timelines share
    }

    // Both go over the same timelines: who is behind finds a block and catches up, so they meet again and again.
    private void UseAtOnce(int count)
    {
        Timeline[] all = [.. Enumerable.Range(0, count).Select(_ => Engine.CreateTimeline("contested"))];
        FenceSource[] left = new FenceSource[count];
        FenceSource[] right = new FenceSource[count];
        Action Use(FenceSource[] sources) => () =>
        {
            for (int i = 0; i < count; i++)
            {
                sources[i] = all[i].CreateFence();
            }
        };
        Race.Run(Use(left), Use(right));
        for (int i = 0; i < count; i++)
        {
            Assert.Equal((3UL, all[i].Context, all[i].Context), (left[i].Fence.Seqno + right[i].Fence.Seqno, left[i].Fence.Context, right[i].Fence.Context));
            Lives.End(left[i].Fence.Seqno == 1 ? [left[i], right[i]] : [right[i], left[i]]);
            all[i].Close();
        }

        Until.Holds(() => Engine.Barrier(TimeSpan.FromSeconds(20)) && Array.TrueForAll(all, t => t.IsFreed), "their ends");
    }

    private static byte[] SharedBlocks() => new ReadOnlySpan<byte>((void*)UnusedTimeline.Open, 2 * sizeof(TimelineBlock)).ToArray();
}
