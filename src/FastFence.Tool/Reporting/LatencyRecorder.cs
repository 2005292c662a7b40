using System.Collections.Immutable;
using System.Numerics;
using HdrHistogram;

namespace FastFence.Tool.Reporting;

/// <summary>Records latencies without allocating. One thread records; recorders of several threads are merged at the end.</summary>
/// <remarks>
/// One recorder a thread instead of one concurrent histogram: recording then touches no shared cache line, and a report is
/// made once, after the threads have been joined.
/// </remarks>
internal sealed class LatencyRecorder
{
    /// <summary>Upper end of the histogram: one hour. What is above counts there.</summary>
    internal const long HighestNs = 3_600_000_000_000;

    /// <summary>Three significant digits: percentiles within 0.1 %, 270 KB a recorder.</summary>
    private const int Digits = 3;

    /// <summary>Log2 of the reported buckets a power of two.</summary>
    private const int BucketBits = 3;

    private readonly LongHistogram _histogram = new(HighestNs, Digits);
    private long _max;
    private long _clamped;

    /// <summary>Records one value in nanoseconds. Owning thread only; no allocation, no lock.</summary>
    internal void Record(long ns) => Record(ns, 1);

    /// <summary>Records one value <paramref name="count"/> times, as when counts gathered in native memory are taken over.</summary>
    internal void Record(long ns, long count)
    {
        _max = Math.Max(_max, ns);
        if ((ulong)ns > HighestNs)
        {
            _clamped += count;
            ns = Math.Clamp(ns, 0, HighestNs);
        }

        _histogram.RecordValueWithCount(ns, count);
    }

    /// <summary>Adds all values of <paramref name="other"/>, whose thread must have stopped recording.</summary>
    internal void Add(LatencyRecorder other)
    {
        _histogram.Add(other._histogram);
        _max = Math.Max(_max, other._max);
        _clamped += other._clamped;
    }

    /// <summary>One summary of several recorders.</summary>
    internal static LatencySummary Summarize(params ReadOnlySpan<LatencyRecorder> recorders)
    {
        LatencyRecorder all = new();
        foreach (LatencyRecorder recorder in recorders)
        {
            all.Add(recorder);
        }

        return all.Summarize();
    }

    /// <summary>The figures so far. Allocates; owning thread only.</summary>
    internal LatencySummary Summarize() => _histogram.TotalCount == 0
        ? LatencySummary.Empty
        : new LatencySummary(_histogram.TotalCount, At(500), At(990), At(999), _max, _clamped, Buckets());

    // Nearest rank, rounded up: at least that share of the values is not above the answer. The library rounds to the nearest
    // rank, so that its p99 of 70 values would be the second largest. The top of a bucket may lie above everything recorded.
    private long At(int perMille)
    {
        long rank = ((_histogram.TotalCount * perMille) + 999) / 1000;
        foreach (var step in _histogram.RecordedValues())
        {
            rank -= step.CountAddedInThisIterationStep;
            if (rank <= 0)
            {
                return Math.Min(_histogram.HighestEquivalentValue(step.ValueIteratedTo), _max);
            }
        }

        return _max;
    }

    // The histogram's own buckets would be thousands of rows of JSON.
    private ImmutableArray<LatencyBucket> Buckets()
    {
        ImmutableArray<LatencyBucket>.Builder buckets = ImmutableArray.CreateBuilder<LatencyBucket>();
        foreach (var step in _histogram.RecordedValues())
        {
            (long from, long to) = Bounds(step.ValueIteratedTo);
            long count = step.CountAddedInThisIterationStep;
            if (buckets.Count > 0 && buckets[^1].FromNs == from)
            {
                buckets[^1] = buckets[^1] with { Count = buckets[^1].Count + count };
            }
            else
            {
                buckets.Add(new LatencyBucket(from, to, count));
            }
        }

        return buckets.DrainToImmutable();
    }

    private static (long From, long To) Bounds(long value)
    {
        if (value < 1 << BucketBits)
        {
            return (value, value);
        }

        int shift = BitOperations.Log2((ulong)value) - BucketBits;
        long from = value >> shift << shift;
        return (from, from + (1L << shift) - 1);
    }
}
