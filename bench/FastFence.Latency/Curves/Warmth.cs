using System.Runtime;
using FastFence.Latency.Growth;
using FastFence.Platform;

namespace FastFence.Latency.Curves;

/// <summary>Runs what will be measured until the runtime has compiled it for good.</summary>
internal static class Warmth
{
    private const int MostTurns = 12;
    private const long TurnNanoseconds = 20_000_000;

    // The runtime looks for methods worth compiling again once no new one has come for 100 ms.
    private const int PauseMilliseconds = 130;

    /// <summary>Calls it in spells with pauses, until two of them brought no newly compiled method. Not for a smoke run.</summary>
    public static void Of(GrowthPlan plan, Action small)
    {
        int quiet = 0;
        for (int turn = 0; !plan.IsSmoke && turn < MostTurns && quiet < 2; turn++)
        {
            long compiled = JitInfo.GetCompiledMethodCount();
            long end = MonotonicClock.Nanoseconds + TurnNanoseconds;
            for (int i = 0; i < 64 && MonotonicClock.Nanoseconds < end; i++)
            {
                small();
            }

            Thread.Sleep(PauseMilliseconds);
            quiet = JitInfo.GetCompiledMethodCount() == compiled ? quiet + 1 : 0;
        }
    }
}
