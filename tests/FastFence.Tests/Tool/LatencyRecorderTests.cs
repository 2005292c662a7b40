using CsCheck;
using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The recorder against a sorted array.</summary>
public class LatencyRecorderTests
{
    [Fact]
    public void PercentilesAreThoseOfASortedArrayWithinOnePerMille() =>
        Gen.Long[0, 1L << 20].Array[1, 3000].Sample(static values =>
        {
            LatencyRecorder recorder = new();
            foreach (long value in values)
            {
                recorder.Record(value);
            }

            LatencySummary s = recorder.Summarize();
            long[] sorted = [.. values.Order()];
            Assert.Equal(values.Length, s.Count);
            Assert.Equal(sorted[^1], s.Max);
            Near(sorted, 0.5, s.P50);
            Near(sorted, 0.99, s.P99);
            Near(sorted, 0.999, s.P999);
        }, iter: 30);

    [Fact]
    public void RecordersOfSeveralThreadsMergeToTheSameSummary()
    {
        LatencyRecorder[] parts = [new(), new(), new()];
        LatencyRecorder whole = new();
        for (int i = 0; i < 9999; i++)
        {
            parts[i % 3].Record(i * 37);
            whole.Record(i * 37);
        }

        LatencySummary merged = LatencyRecorder.Summarize(parts), once = whole.Summarize();
        Assert.Equal(once.Buckets, merged.Buckets);
        Assert.Equal(once with { Buckets = [] }, merged with { Buckets = [] });
    }

    [Fact]
    public void BucketsRiseWithoutOverlapAndAddUpToTheCount()
    {
        LatencyRecorder recorder = new();
        for (long ns = 0; ns < 5_000_000_000; ns = (ns * 9 / 8) + 1)
        {
            recorder.Record(ns, 3);
        }

        LatencySummary s = recorder.Summarize();
        Assert.Equal(s.Count, s.Buckets.Sum(static b => b.Count));
        Assert.All(s.Buckets, static b => Assert.True(b.FromNs <= b.ToNs));
        Assert.All(s.Buckets.Zip(s.Buckets.Skip(1)), static p => Assert.True(p.First.ToNs < p.Second.FromNs));
        Assert.True(s.Buckets.Length < 320);
    }

    [Fact]
    public void ValuesOutsideTheRangeAreClampedAndCounted()
    {
        LatencyRecorder recorder = new();
        recorder.Record(-5);
        recorder.Record(long.MaxValue);
        LatencySummary s = recorder.Summarize();
        Assert.Equal((2, 2, long.MaxValue), (s.Count, s.Clamped, s.Max));
        Assert.Equal(0, s.P50);
    }

    [Fact]
    public void NoValuesGiveASummaryOfZeros() => Assert.Same(LatencySummary.Empty, new LatencyRecorder().Summarize());

    [Fact]
    public void RecordingAValueAllocatesNothing()
    {
        LatencyRecorder recorder = new();
        recorder.Record(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            recorder.Record(i * 977L);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Near(long[] sorted, double quantile, long found)
    {
        long exact = sorted[Math.Max(0, (int)Math.Ceiling(quantile * sorted.Length) - 1)];
        Assert.InRange(found, exact, exact + (exact / 1000) + 1);
    }
}
