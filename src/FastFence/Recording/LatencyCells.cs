using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Recording;

/// <summary>
/// A histogram in native memory with one writer: 16 buckets a power of two (at most 6 % wide), up to 2^40 ns. For threads that
/// may touch native memory only; managed readers feed it to a proper histogram.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = BucketCount * sizeof(ulong))]
internal unsafe struct LatencyCells
{
    /// <summary>Buckets.</summary>
    public const int BucketCount = 37 * 16;

    private fixed ulong _counts[BucketCount];

    /// <summary>Counts a value in ns; negative counts as 0. Owning thread only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long nanoseconds) => _counts[BucketOf((ulong)Math.Max(0, nanoseconds))]++;

    /// <summary>Count of a bucket, possibly a moment old. Any thread.</summary>
    public ulong Read(int bucket) => Atomic.LoadAcquire(ref _counts[bucket]);

    /// <summary>The middle of a bucket, ns.</summary>
    public static long ValueOf(int bucket)
    {
        if (bucket < 16)
        {
            return bucket;
        }

        int shift = (bucket >> 4) - 1;
        long low = (16L + (bucket & 15)) << shift;
        return low + ((1L << shift) / 2);
    }

    private static int BucketOf(ulong value)
    {
        if (value < 16)
        {
            return (int)value;
        }

        int shift = 59 - System.Numerics.BitOperations.LeadingZeroCount(value);
        return Math.Min(BucketCount - 1, ((shift + 1) << 4) + (int)((value >> shift) & 15));
    }
}
