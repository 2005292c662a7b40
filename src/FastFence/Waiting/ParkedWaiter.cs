using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>The futex word of a registered waiter, seen from the waiter.</summary>
internal static unsafe class ParkedWaiter
{
    [ThreadStatic]
    private static Poker? t_poker;

    /// <summary>Sleeps until signaled (true), or until time or token end the wait (false).</summary>
    public static bool Sleep(ThreadCache* cache, Fence fence, uint* word, long deadline, CancellationToken token)
    {
        if (!token.CanBeCanceled)
        {
            return SleepLoop(cache, fence, word, deadline, token);
        }

        Poker poker = t_poker ??= new Poker();
        poker.Word = word;

        // Disposing the registration waits for a running callback, so it never pokes a word that is no longer ours.
        using (token.UnsafeRegister(static state => ((Poker)state!).Poke(), poker))
        {
            return SleepLoop(cache, fence, word, deadline, token);
        }
    }

    /// <summary>
    /// The wait is over without a wake although the fence is closed: true when the signaller is done with the node (it is ours
    /// to free), false when it will find the word abandoned and free it.
    /// </summary>
    public static bool TryTakeBack(uint* word) =>
        Atomic.ExchangeFull(ref *word, WaiterWord.Abandoned) == WaiterWord.Signaled;

    private static bool SleepLoop(ThreadCache* cache, Fence fence, uint* word, long deadline, CancellationToken token)
    {
        bool slept = false;
        while (true)
        {
            // [WAITER-PARK] full: "asleep" is visible before the kernel compares, and the kernel sleeps only while it stands. Pairs with
            // [WAITER-WAKE]. Without it a signal between the look and the sleep wakes nobody (fault 12).
            uint was = Atomic.CompareExchangeFull(ref *word, WaiterWord.Asleep, WaiterWord.Armed);
            if (was == WaiterWord.Signaled)
            {
                return true;
            }

            if (was == WaiterWord.Poked)
            {
                Atomic.CompareExchangeFull(ref *word, WaiterWord.Armed, WaiterWord.Poked);
            }

            if (token.IsCancellationRequested || MonotonicClock.Nanoseconds >= deadline)
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
                cache->Counters.Increment(Counter.WaitsSlept);
            }

            FutexResult result = Futex.Wait(word, WaiterWord.Asleep, BlockingWait.NextLook(deadline));
            if (Atomic.LoadAcquire(ref *word) == WaiterWord.Signaled)
            {
                return true;
            }

            if (result == FutexResult.TimedOut && MonotonicClock.Nanoseconds < deadline && fence.IsSignaled)
            {
                // Closed, yet nobody woke us within the safety poll: the signaller may still be on its way to this node.
                cache->Counters.Increment(Counter.LostWakes);
                return false;
            }

            Atomic.CompareExchangeFull(ref *word, WaiterWord.Armed, WaiterWord.Asleep);
        }
    }

    private sealed class Poker
    {
        public uint* Word;

        public void Poke()
        {
            uint* word = Word;
            uint seen = Atomic.LoadAcquire(ref *word);
            while (seen is WaiterWord.Armed or WaiterWord.Asleep)
            {
                uint found = Atomic.CompareExchangeFull(ref *word, WaiterWord.Poked, seen);
                if (found == seen)
                {
                    Futex.Wake(word, 1);
                    return;
                }

                seen = found;
            }
        }
    }
}
