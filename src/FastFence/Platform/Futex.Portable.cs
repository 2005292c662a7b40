namespace FastFence.Platform;

internal static unsafe partial class Futex
{
    // A wake that leaves the word as it was is not seen by a poller. Coming back now and then as if woken bounds what that
    // can cost; every caller must live with spurious returns anyway.
    private const long LongestPoll = 10_000_000;

    /// <summary>The way without a kernel futex: sleep a millisecond, look again, for 10 ms at most.</summary>
    internal static FutexResult WaitByPolling(uint* word, uint expected, long deadline)
    {
        if (*word != expected)
        {
            return FutexResult.ValueDiffers;
        }

        long giveUp = MonotonicClock.Nanoseconds + LongestPoll;
        while (true)
        {
            long now = MonotonicClock.Nanoseconds;
            if (now >= deadline)
            {
                return FutexResult.TimedOut;
            }

            if (now >= giveUp)
            {
                return FutexResult.Woken;
            }

            // The call also keeps the JIT from reading the word once for the whole loop.
            Thread.Sleep(1);
            if (*word != expected)
            {
                return FutexResult.Woken;
            }
        }
    }
}
