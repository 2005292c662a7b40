using System.Diagnostics;
using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

public sealed class MonotonicClockTests
{
    [Fact]
    public void TheClockNeverGoesBack()
    {
        long last = MonotonicClock.Nanoseconds;
        for (int i = 0; i < 200_000; i++)
        {
            long now = MonotonicClock.Nanoseconds;
            Assert.True(now >= last);
            last = now;
        }
    }

    [Fact]
    public void TheClockCountsInNanoseconds()
    {
        long start = MonotonicClock.Nanoseconds;
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.ElapsedMilliseconds < 20)
        {
        }

        TimeSpan inner = watch.Elapsed;
        long outer = MonotonicClock.Nanoseconds - start;
        Assert.True(outer >= inner.TotalNanoseconds);
    }

    // Deadlines of the futex are compared by the kernel: should a runtime change its tick, this fails before a wait hangs.
    [Fact]
    public void OnLinuxATickIsANanosecondOfTheKernelsClock()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "futex deadlines exist on Linux only");
        Assert.Equal(1_000_000_000, Stopwatch.Frequency);
        Assert.True(MonotonicClock.IsKernelMonotonic);
        Assert.Equal(SystemCallNumber.IsKnown, Futex.IsNative);
    }

    [Theory]
    [InlineData(10_000_000, 10_000_000, 1_000_000_000)]
    [InlineData(1, 10_000_000, 100)]
    [InlineData(864_000_000_000_000, 10_000_000, 86_400_000_000_000_000)]
    [InlineData(3, 3, 1_000_000_000)]
    [InlineData(4, 3, 1_333_333_333)]
    public void OtherTicksAreScaledWithoutOverflow(long ticks, long frequency, long nanoseconds) =>
        Assert.Equal(nanoseconds, MonotonicClock.Scale(ticks, frequency));
}
