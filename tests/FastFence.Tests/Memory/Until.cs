using System.Diagnostics;
using Xunit;

namespace FastFence.Tests.Memory;

/// <summary>Waiting for what another thread will do: a bound that only a bug reaches, never a sleep that hopes.</summary>
internal static class Until
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(60);

    public static void Holds(Func<bool> condition, string what) => Holds(condition, () => what);

    /// <summary>As the other, for words that tell how things stood at the bound.</summary>
    public static void Holds(Func<bool> condition, Func<string> what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) >= s_bound)
            {
                Assert.Fail($"never came: {what()}");
            }

            Thread.Yield();
        }
    }

    public static void Drained(FenceEngine engine) =>
        Assert.True(engine.Barrier(s_bound), $"not drained: {engine.GetStatistics()}");
}
