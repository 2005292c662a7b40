using System.Text;
using CsCheck;
using FastFence.Platform;
using FastFence.Recording;
using Xunit;

namespace FastFence.Tests.Memory;

public sealed class RecordingTests
{
    [Fact]
    public void ANameIsInternedOnceAndGoesWithItsLastReference()
    {
        int before = NameTable.Count;
        uint id = NameTable.Intern("interned once"u8);
        Assert.Equal(id, NameTable.Intern("interned once"u8));
        Assert.Equal(before + 1, NameTable.Count);
        NameTable.Release(id);
        Assert.Equal("interned once"u8, NameTable.Text(id));
        NameTable.Release(id);
        Assert.Equal(before, NameTable.Count);
        NameTable.Release(0);
    }

    [Fact]
    public void NamesOfOneBucketAreToldApartAndUnlinkedSingly()
    {
        // Twice as many names as buckets: many chains of several.
        uint[] ids = [.. Enumerable.Range(0, 8192).Select(i => NameTable.Intern(Encoding.UTF8.GetBytes($"name {i}")))];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        for (int i = 0; i < ids.Length; i += 2)
        {
            NameTable.Release(ids[i]);
        }

        for (int i = 1; i < ids.Length; i += 2)
        {
            Assert.Equal(Encoding.UTF8.GetBytes($"name {i}"), NameTable.Text(ids[i]));
            NameTable.Release(ids[i]);
        }
    }

    [Fact]
    public void ANameOf240BytesFitsAndALongerOneDoesNot()
    {
        uint longest = NameTable.Intern(new byte[NameTable.MaxBytes]);
        Assert.NotEqual(0u, longest);
        Assert.Equal(0u, NameTable.Intern(new byte[NameTable.MaxBytes + 1]));
        NameTable.Release(longest);
        using FenceEngine engine = Lives.Stepped();
        Assert.Throws<ArgumentException>(() => engine.CreateTimeline(new string('ä', 121)));
        Assert.Throws<ArgumentException>(() => engine.CreateExporter(new string('ä', 121)));
    }

    [Fact]
    public void AtTheBoundOfNamesTimelinesAreRefusedAndNothingIsHalfMade()
    {
        using FenceEngine engine = Lives.Stepped();
        int most = NameTable.MaxNames;
        int before = NameTable.Count;
        try
        {
            NameTable.MaxNames = before;
            Assert.Throws<InsufficientMemoryException>(() => engine.CreateTimeline("one too many"));
            Assert.Throws<InsufficientMemoryException>(() => engine.CreateRing("one too many"));
            Assert.Throws<InsufficientMemoryException>(() => engine.CreateExporter("one too many"));
            Assert.Equal(before, NameTable.Count);
            using Timeline known = engine.CreateTimeline("fastfence");
        }
        finally
        {
            NameTable.MaxNames = most;
        }

        using Timeline fits = engine.CreateTimeline("one too many");
    }

    [Fact]
    public void ALatencyIsFoundAgainWithinItsBucketsError() => Gen.Long[0, (1L << 40) - 1].Sample(nanoseconds =>
    {
        LatencyCells cells = default;
        cells.Record(nanoseconds);
        int bucket = Enumerable.Range(0, LatencyCells.BucketCount).Single(i => cells.Read(i) != 0);
        Assert.True(Math.Abs(LatencyCells.ValueOf(bucket) - nanoseconds) <= 0.065 * nanoseconds, $"{nanoseconds} reads {LatencyCells.ValueOf(bucket)}");
    });

    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-1, 0)]
    [InlineData(1L << 40, LatencyCells.BucketCount - 1)]
    [InlineData(long.MaxValue, LatencyCells.BucketCount - 1)]
    public void ALatencyOutOfRangeCountsInTheOutermostBucket(long nanoseconds, int bucket)
    {
        LatencyCells cells = default;
        cells.Record(nanoseconds);
        Assert.Equal(1u, cells.Read(bucket));
    }

    [Fact]
    public void ThePublishedClockIsReadUntilItIsTakenBack()
    {
        ClockWord word = default;
        long before = MonotonicClock.Nanoseconds;
        Assert.True(word.Read() >= before);
        word.Publish(42);
        Assert.Equal(42, word.Read());
        word.Publish(0);
        Assert.True(word.Read() >= before);
    }

    [Fact]
    public void ADeadlineThatCannotBeReachedIsNone()
    {
        Assert.Equal(long.MaxValue, MonotonicClock.After(Timeout.InfiniteTimeSpan));
        Assert.Equal(long.MaxValue, MonotonicClock.After(TimeSpan.MaxValue));
        Assert.True(MonotonicClock.After(TimeSpan.FromDays(1)) < long.MaxValue);
    }
}
