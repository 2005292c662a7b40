using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>The futex word of a registered waiter, seen from the waiter.</summary>
internal static unsafe class ParkedWaiter
{
    // A wake that got lost (a bug, or a hypervisor's) costs at most two of these, and is counted.
    private const long SafetyPollNanoseconds = 100_000_000;

    [ThreadStatic]
    private static WaiterPoke? t_poke;

    /// <summary>Sleeps until signaled (true), or until the terms end the wait or the target is met without a wake (false).</summary>
    public static bool Sleep<TTarget>(ThreadCache* cache, scoped in TTarget target, uint* word, in WaitTerms terms)
        where TTarget : struct, IWaitTarget, allows ref struct
    {
        terms.Clock?.SetSleeper(word);
        try
        {
            if (!terms.Token.CanBeCanceled)
            {
                return SleepLoop(cache, target, word, terms);
            }

            WaiterPoke poke = t_poke ??= new WaiterPoke();
            poke.SetWord(word);

            // Disposing the registration waits for a running callback, so it never pokes a word that is no longer ours.
            using (terms.Token.UnsafeRegister(static state => ((WaiterPoke)state!).Poke(), poke))
            {
                return SleepLoop(cache, target, word, terms);
            }
        }
        finally
        {
            terms.Clock?.SetSleeper(null);
        }
    }

    /// <summary>
    /// The wait is over without a wake although the fence is closed: true when the signaller is done with the node (it is ours
    /// to free), false when it will find the word abandoned and free it.
    /// </summary>
    public static bool TryTakeBack(uint* word) =>
        Atomic.ExchangeFull(ref *word, WaiterWord.Abandoned) == WaiterWord.Signaled;

    private static bool SleepLoop<TTarget>(ThreadCache* cache, scoped in TTarget target, uint* word, in WaitTerms terms)
        where TTarget : struct, IWaitTarget, allows ref struct
    {
        bool slept = false;
        bool late = false;
        while (true)
        {
            // [WAITER-PARK] full: "asleep" is visible before the kernel compares, and the kernel sleeps only while it stands. Without it
            // a signal between the look and the sleep wakes nobody (fault 12). Pairs with [WAITER-WAKE] and [GROUP-WAKE].
            uint was = Atomic.CompareExchangeFull(ref *word, WaiterWord.Asleep, WaiterWord.Armed);
            if (was == WaiterWord.Signaled)
            {
                return true;
            }

            if (was == WaiterWord.Poked)
            {
                Atomic.CompareExchangeFull(ref *word, WaiterWord.Armed, WaiterWord.Poked);
            }

            if (terms.Token.IsCancellationRequested || terms.IsOver)
            {
                return false;
            }

            if (was == WaiterWord.Poked)
            {
                continue;
            }

            if (!slept)
            {
                slept = true;
                ThreadCache.Count(cache, Counter.WaitsSlept);
            }

            Reader.Rest(cache->Reader);
            FutexResult result = Futex.Wait(
                word, WaiterWord.Asleep, Math.Min(terms.Deadline, MonotonicClock.Nanoseconds + SafetyPollNanoseconds));
            if (Atomic.LoadAcquire(ref *word) == WaiterWord.Signaled)
            {
                return true;
            }

            if (result == FutexResult.TimedOut && !terms.IsOver && target.IsMet)
            {
                // Closed, yet nobody has woken us. A signaller that was held up just now, between the close and this node, is given a second
                // poll: what it does then is late, not lost.
                if (late)
                {
                    ThreadCache.Count(cache, Counter.LostWakes);
                    return false;
                }

                late = true;
            }

            Atomic.CompareExchangeFull(ref *word, WaiterWord.Armed, WaiterWord.Asleep);
        }
    }
}
