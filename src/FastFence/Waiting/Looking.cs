using FastFence.Platform;

namespace FastFence.Waiting;

/// <summary>What a waiter does before it parks, and instead of parking when memory is at its bound.</summary>
internal static class Looking
{
    // Longer than a hand-over between cores (0.2 µs), shorter than a park and wake (5 µs): decision 9.
    private const long AutoSpinNanoseconds = 3_000;

    // A caller who asks for more pays ten parks at most.
    private const long AskedNanoseconds = 50_000;

    private const int YieldsWhenCoresAreScarce = 2;

    /// <summary>Looks for a moment; true when the target was met.</summary>
    public static bool Briefly<TTarget>(scoped in TTarget target, WaitHint hint)
        where TTarget : struct, IWaitTarget, allows ref struct => hint switch
        {
            WaitHint.Block => false,
            WaitHint.Spin when Cpu.UsableCores > 1 => Spin(target, AskedNanoseconds),
            WaitHint.Spin or WaitHint.Yield => Yield(target, AskedNanoseconds),
            _ when Cpu.UsableCores > 2 => Spin(target, AutoSpinNanoseconds),
            _ => YieldTwice(target),
        };

    /// <summary>No node to park on: yields until met, or until the terms end it. Slow but right.</summary>
    public static bool Patiently<TTarget>(scoped in TTarget target, in WaitTerms terms)
        where TTarget : struct, IWaitTarget, allows ref struct
    {
        while (!target.IsMet)
        {
            terms.Token.ThrowIfCancellationRequested();
            if (terms.IsOver)
            {
                return false;
            }

            CurrentThread.Yield();
        }

        return true;
    }

    private static bool Spin<TTarget>(scoped in TTarget target, long nanoseconds)
        where TTarget : struct, IWaitTarget, allows ref struct
    {
        long until = MonotonicClock.Nanoseconds + nanoseconds;
        while (MonotonicClock.Nanoseconds < until)
        {
            for (int i = 0; i < 8; i++)
            {
                Cpu.Pause();
                if (target.IsMet)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Yield<TTarget>(scoped in TTarget target, long nanoseconds)
        where TTarget : struct, IWaitTarget, allows ref struct
    {
        long until = MonotonicClock.Nanoseconds + nanoseconds;
        while (MonotonicClock.Nanoseconds < until)
        {
            CurrentThread.Yield();
            if (target.IsMet)
            {
                return true;
            }
        }

        return false;
    }

    private static bool YieldTwice<TTarget>(scoped in TTarget target)
        where TTarget : struct, IWaitTarget, allows ref struct
    {
        for (int i = 0; i < YieldsWhenCoresAreScarce; i++)
        {
            CurrentThread.Yield();
            if (target.IsMet)
            {
                return true;
            }
        }

        return false;
    }
}
