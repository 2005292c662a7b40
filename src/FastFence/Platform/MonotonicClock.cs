using System.Diagnostics;

namespace FastFence.Platform;

/// <summary>Time that never goes back, in nanoseconds since an arbitrary start.</summary>
internal static class MonotonicClock
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private static readonly bool s_ticksAreNanoseconds = Stopwatch.Frequency == NanosecondsPerSecond;

    /// <summary>
    /// Now, in ns. Thread class: any. Never blocks, never allocates. Cost: 25-35 ns (a vDSO call), so a hot loop
    /// reads a published word instead.
    /// </summary>
    public static long Nanoseconds
    {
        get
        {
            long ticks = Stopwatch.GetTimestamp();
            return s_ticksAreNanoseconds ? ticks : Scale(ticks, Stopwatch.Frequency);
        }
    }

    /// <summary>The time so long from now; <see cref="long.MaxValue"/> for an infinite or unreachable one.</summary>
    public static long After(TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan)
        {
            return long.MaxValue;
        }

        long now = Nanoseconds;
        return time.TotalNanoseconds >= long.MaxValue - now ? long.MaxValue : now + (long)time.TotalNanoseconds;
    }

    /// <summary>
    /// Whether <see cref="Nanoseconds"/> is CLOCK_MONOTONIC itself, which absolute futex deadlines are measured on. .NET
    /// reads that clock on Linux with 1 tick = 1 ns; should a runtime change its unit, the futex falls back to polling
    /// rather than sleeping until a deadline of another clock.
    /// </summary>
    public static bool IsKernelMonotonic => s_ticksAreNanoseconds && OperatingSystem.IsLinux();

    /// <summary>Ticks of a clock with <paramref name="frequency"/> Hz as ns.</summary>
    // Whole seconds and the rest apart: ticks * 10^9 would overflow after 15 minutes of a 10 MHz counter.
    internal static long Scale(long ticks, long frequency) =>
        (ticks / frequency * NanosecondsPerSecond) + (ticks % frequency * NanosecondsPerSecond / frequency);
}
