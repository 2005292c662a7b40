// The poller's duty cycle: one turn looks at every ring's completion word and retires what is done. Native memory only: no
// managed statics, no allocation, nothing that a garbage collection could stop in a NativeAOT build of this same file.
//
// The end of a turn is a quiescent state: whatever a turn read, it holds nothing of it.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Polling;

/// <summary>
/// Turns and idling. The polling thread only, with its own cache and the term in which it became the poller: once that has passed,
/// another one polls, and this one touches nothing more.
/// </summary>
internal static unsafe class PollerCore
{
    // Awake this long before a deadline: the kernel's timer slack is 50 µs, a wake takes 5 more.
    private const long DeadlineLead = 100_000;

    // A deadline that was missed by this much is polled for no longer: it was a hint.
    private const long DeadlinePatience = 1_000_000;

    /// <summary>One turn; how many positions were retired. Never blocks.</summary>
    public static int DoWork(PollerBlock* poller, ThreadCache* cache, uint term)
    {
        RingSet* set = RingSet.Of(poller);
        uint done = set == null || RingScan.IsIdle(poller, set) ? 0 : RingScan.Turn(poller, cache, set, term);
        ThreadCache.Count(cache, Counter.PollTurns);
        Atomic.StoreRelease(ref poller->Words.Heartbeat, poller->Words.Heartbeat + 1);
        Reader.Quiescent(cache->Domain, cache->Reader);
        return (int)done;
    }

    /// <summary>
    /// After a turn: work resets the idle spell; without it the poller spins, then yields, then parks, offline, until a device or
    /// an emitter wakes it. May park.
    /// </summary>
    public static void Idle(PollerBlock* poller, ThreadCache* cache, uint term, int workDone)
    {
        if (workDone != 0)
        {
            poller->Words.IdleSince = 0;
            return;
        }

        ThreadCache.Count(cache, Counter.PollIdleTurns);
        long now = MonotonicClock.Nanoseconds;
        if (poller->Words.IdleSince == 0)
        {
            poller->Words.IdleSince = now;
        }

        long idle = now - poller->Words.IdleSince;
        if (idle < poller->SpinNanoseconds)
        {
            ThreadCache.Count(cache, Counter.IdleSpins);
            poller->Engine->Clock.Publish(now);
            Cpu.Pause();
            return;
        }

        MendHoles(poller, now);
        if (idle < poller->SpinNanoseconds + poller->YieldNanoseconds)
        {
            ThreadCache.Count(cache, Counter.IdleYields);
            poller->Engine->Clock.Publish(now);
            CurrentThread.Yield();
            return;
        }

        if (SoonestDeadline(poller, now) - DeadlineLead <= now)
        {
            ThreadCache.Count(cache, Counter.IdleYields);
            poller->Engine->Clock.Publish(now);
            CurrentThread.Yield();
            return;
        }

        if (IsMine(poller, term))
        {
            Park(poller, cache, term, now);
        }
    }

    /// <summary>
    /// How long a poller without work may sleep: shortly while something is outstanding, and not across a deadline. 0 = not at all.
    /// </summary>
    public static long ParkUntil(PollerBlock* poller, long now, bool outstanding)
    {
        long soonest = SoonestDeadline(poller, now) - DeadlineLead;

        // With nothing outstanding only an emitter can bring work, and its look at us is exact: sleep long. Otherwise the device's
        // interrupt may be lost, so the park is short (fault 13).
        return soonest <= now ? 0 : Math.Min(soonest, now + (outstanding ? poller->ParkNanoseconds : 100 * poller->ParkNanoseconds));
    }

    private static long SoonestDeadline(PollerBlock* poller, long now)
    {
        RingSet* set = (RingSet*)Atomic.LoadAcquire(ref poller->Rings);
        long soonest = long.MaxValue;
        for (int i = 0; set != null && i < set->Count; i++)
        {
            soonest = Math.Min(soonest, DeadlineHints.Soonest(RingSet.Items(set)[i]->Timeline, now - DeadlinePatience));
        }

        return soonest;
    }

    /// <summary>Is the poller of this term still the one that polls?</summary>
    public static bool IsMine(PollerBlock* poller, uint term) => Atomic.LoadAcquire(ref poller->Words.Term) == term;

    private static void Park(PollerBlock* poller, ThreadCache* cache, uint term, long now)
    {
        // Readers go to the clock themselves while nobody publishes.
        poller->Engine->Clock.Publish(0);
        long until = MaySleep(poller, cache, out bool outstanding) ? ParkUntil(poller, now, outstanding) : 0;
        if (until != 0)
        {
            ThreadCache.Count(cache, Counter.IdleParks);
            uint** words = stackalloc uint*[RingSet.MaxInterrupts + 1];
            int count = WakeWords(poller, words);

            // Never asleep while online. An interrupt word may be unmapped from here on; the kernel finds that out by itself.
            Reader.GoOffline(cache->Reader);
            if (count == 1)
            {
                Futex.Wait(&poller->Wake.Asleep, 1, until);
            }
            else
            {
                Futex.WaitAny(words, count, 1, until);
            }

            Reader.GoOnline(cache->Domain, cache->Reader);
        }

        EndSleep(poller, term);
    }

    // Our own word, and one of each device in another process.
    private static int WakeWords(PollerBlock* poller, uint** words)
    {
        RingSet* set = RingSet.Of(poller);
        words[0] = &poller->Wake.Asleep;
        int count = 1;
        for (int i = 0; set != null && i < set->Interrupts; i++)
        {
            words[count++] = RingSet.InterruptsOf(set)[i];
        }

        return count;
    }

    private static void Arm(PollerBlock* poller, uint armed)
    {
        RingSet* set = RingSet.Of(poller);
        for (int i = 0; set != null && i < set->Interrupts; i++)
        {
            // [INTERRUPT-ARM] full: armed before the last look at the words. Pairs with [DEVICE-WORD], whose fence is the device's own: the
            // process-wide barrier does not reach it. Without it a completion written at this moment waits for the whole park.
            Atomic.ExchangeFull(ref *RingSet.InterruptsOf(set)[i], armed);
        }
    }

    /// <summary>Announces the poller's sleep, then looks once more; true when there is nothing to do. The litmus runs it, too.</summary>
    internal static bool MaySleep(PollerBlock* poller, ThreadCache* cache, out bool outstanding)
    {
        // [POLLER-SLEEP] full, then a process-wide barrier: announced before the last look. Emitters publish by a full exchange;
        // a device writes its word and looks at us without a fence, and the barrier orders that for it. Pairs with [RING-PUBLISH], [HINT-WAKE] and
        // [WORD-WRITE]. Without it a completion written at this moment waits for the whole park.
        Atomic.ExchangeFull(ref poller->Wake.Asleep, 1);
        Arm(poller, 1);
        Atomic.StoreRelease(ref poller->Words.Parked, 1);
        ProcessBarrier.Issue();
        outstanding = false;
        return !HasWork(poller, cache, ref outstanding);
    }

    /// <summary>Takes the announcement back, unless a successor may have announced a sleep of its own meanwhile.</summary>
    internal static void EndSleep(PollerBlock* poller, uint term)
    {
        if (IsMine(poller, term))
        {
            Atomic.StoreRelease(ref poller->Words.Parked, 0);
            Atomic.StoreRelease(ref poller->Wake.Asleep, 0);
            Arm(poller, 0);
        }
    }

    private static bool HasWork(PollerBlock* poller, ThreadCache* cache, ref bool outstanding)
    {
        RingSet* set = RingSet.Of(poller);
        for (int i = 0; set != null && i < set->Count; i++)
        {
            RingBlock* ring = RingSet.Items(set)[i];
            outstanding |= RingRetire.Outstanding(ring->Timeline) != 0;
            if (RingRetire.Look(cache, ring) || RingFeed.IsDue(ring))
            {
                // Most often a word has come. But this look is exact, and the turn's goes by what it is told: who changed something may stand still
                // before it has called for attention.
                PollerWake.Attend(&poller->Wake);
                return true;
            }
        }

        return false;
    }

    private static void MendHoles(PollerBlock* poller, long now)
    {
        RingSet* set = RingSet.Of(poller);
        for (int i = 0; set != null && i < set->Count; i++)
        {
            RingBlock* ring = RingSet.Items(set)[i];
            if (RingRetire.Outstanding(ring->Timeline) == 0)
            {
                ring->HoleSeen = 0;
            }
            else
            {
                RingRetire.MendHole(ring, now);
            }
        }
    }
}
