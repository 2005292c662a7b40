using System.Diagnostics;

namespace FastFence.NativeSim;

/// <summary>The clock that <see cref="RingCommand.NotBeforeNanoseconds"/> is measured on, as a device of its own would read it.</summary>
internal static class DeviceClock
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Now, monotonic ns; 25-35 ns a read.</summary>
    internal static long Nanoseconds
    {
        get
        {
            long ticks = Stopwatch.GetTimestamp();
            long frequency = Stopwatch.Frequency;
            return frequency == NanosecondsPerSecond
                ? ticks
                : (ticks / frequency * NanosecondsPerSecond) + (ticks % frequency * NanosecondsPerSecond / frequency);
        }
    }
}
