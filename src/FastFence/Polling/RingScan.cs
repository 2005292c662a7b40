// A turn's way over the rings: it compares completion words with what they said when nothing was left to do, eight at a time where they stand side
// by side, and visits those rings whose words differ. An idle ring costs its share of two loads and a compare; none of its lines is touched.
//
// What a word does not tell (a failing ring, a job that waits, a word that has moved, a new set) is told by attention: then one turn visits every ring.
// Whatever was not told is found before the poller parks: that look is exact.
using System.Numerics;
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Polling;

/// <summary>Looking at rings, retiring what is due, letting waiting jobs go out. The polling thread only; native memory only; never blocks.</summary>
internal static unsafe class RingScan
{
    /// <summary>Has a turn nothing to do? Nearly always: no line of a ring is touched for it, nor of anything but set and words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsIdle(PollerBlock* poller, RingSet* set) =>
        (Atomic.LoadAcquire(ref poller->Wake.Attention) | set->IsNew | set->Feeding) == 0 && Next(set, 0, (uint)set->Count) == (uint)set->Count;

    /// <summary>A turn that has; how many positions were retired.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint Turn(PollerBlock* poller, ThreadCache* cache, RingSet* set, uint term)
    {
        // Round robin: each such turn begins one ring further, so that none is always last behind others' budgets.
        uint count = (uint)set->Count;
        uint first = poller->FirstRing < count ? poller->FirstRing : 0;
        poller->FirstRing = first + 1;
        RingTurn turn = new() { Poller = poller, Cache = cache, Set = set, Term = term };
        uint attention = Atomic.LoadAcquire(ref poller->Wake.Attention);
        if ((attention | set->IsNew) != 0)
        {
            VisitAll(&turn, first, attention);
        }
        else
        {
            VisitDiffering(&turn, first, count);
            VisitDiffering(&turn, 0, first);
        }

        // Behind all retiring: what has just been signaled lets jobs of any ring go out in the same turn.
        uint fed = (attention & PollerWake.LookAlways) == 0 ? FeedListed(set) : FeedAll(set);
        if (fed != 0)
        {
            cache->Counters.Add(Counter.JobsFed, fed);
            poller->Words.IdleSince = 0; // as good as a retired position: their words are on the way
        }

        cache->Counters.Add(Counter.RetireBatches, turn.Batches);
        return turn.Done;
    }

    /// <summary>The first ring in a part of the set whose word is not its settled word; <paramref name="to"/> when there is none.</summary>
    private static uint Next(RingSet* set, uint from, uint to)
    {
        nint* looks = RingSet.LooksOf(set);
        ulong* settled = RingSet.SettledOf(set);
        uint wide = (uint)set->Octets * RingSet.Wide;
        uint at = from & ~(uint)(RingSet.Wide - 1);
        uint part = uint.MaxValue << (int)(from - at); // the rings of the first octet that are asked for
        for (; at < Math.Min(to, wide); at += RingSet.Wide)
        {
            // [WORD-LOOK] plain, and wide: a hint. Pairs with [WORD-WRITE]. What differs is read again by [WORD-READ]; what was equal a moment ago
            // differs in the next turn, and the last look before a sleep is exact. Without any order between the words of an octet nothing is lost.
            uint differ = Atomic.DifferPlain(ref *(ulong*)looks[at / RingSet.Wide], ref settled[at]) & part;
            if (differ != 0)
            {
                return Math.Min(to, at + (uint)BitOperations.TrailingZeroCount(differ));
            }

            part = uint.MaxValue;
        }

        looks -= set->Octets * (RingSet.Wide - 1);
        uint narrow = (uint)set->Narrow;
        for (at = Math.Max(from, wide); at < to; at++)
        {
            ulong word = at < narrow ? Atomic.LoadPlain(ref *(ulong*)looks[at]) : Atomic.LoadPlain(ref *(uint*)looks[at]); // [WORD-LOOK]
            if (word != settled[at])
            {
                return at;
            }
        }

        return to;
    }

    private static void VisitDiffering(RingTurn* turn, uint from, uint to)
    {
        for (uint at = Next(turn->Set, from, to); at < to; at = Next(turn->Set, at + 1, to))
        {
            Visit(turn, at, isAlone: true);
        }
    }

    private static void Visit(RingTurn* turn, uint at, bool isAlone)
    {
        PollerBlock* poller = turn->Poller;
        RingBlock* ring = RingSet.Items(turn->Set)[at];
        if (RingRetire.Look(turn->Cache, ring))
        {
            if (turn->Now == 0)
            {
                turn->Now = MonotonicClock.Nanoseconds; // one clock read a turn that finds something (decision 7)
                poller->Engine->Clock.Publish(turn->Now);
            }

            uint batch = RingRetire.Retire(turn->Cache, ring, poller->Budget, turn->Now, &poller->Latency, &poller->Words, turn->Term);
            poller->BatchSizes.Record(batch);
            turn->Done += batch;
            turn->Batches++;
        }

        if (isAlone)
        {
            Settle(turn->Set, at, ring);
        }
    }

    // A ring that has moved while this set stayed has its word elsewhere: it is visited in each turn.
    private static void Settle(RingSet* set, uint at, RingBlock* ring)
    {
        ulong word = RingSet.Unsettled;
        if (RingRetire.IsSettled(ring) && (nint)ring->Word == RingSet.LookOf(set, at))
        {
            word = ring->WordBits == 32 ? (uint)ring->Seen : ring->Seen;
        }

        RingSet.SettledOf(set)[at] = word;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void VisitAll(RingTurn* turn, uint first, uint attention)
    {
        RingSet* set = turn->Set;
        bool isAlone = (attention & PollerWake.LookAlways) == 0;
        if ((attention & PollerWake.LookOnce) != 0)
        {
            // [ATTENTION-TAKE] full: taken before the visits. Pairs with [ATTENTION-CALL]. Without it a visit sees a ring as it was, and the mark that
            // came with the change is wiped.
            Atomic.AndFull(ref turn->Poller->Wake.Attention, ~PollerWake.LookOnce);
        }

        for (uint i = 0; i < (uint)set->Count; i++)
        {
            uint at = first + i;
            Visit(turn, at < (uint)set->Count ? at : at - (uint)set->Count, isAlone);
        }

        if (isAlone)
        {
            ListFeeding(set);
            set->IsNew = 0;
        }
    }

    // Whoever announces a waiting job calls for attention: rings that are not listed have none.
    private static void ListFeeding(RingSet* set)
    {
        set->Feeding = 0;
        for (uint i = 0; i < (uint)set->Count; i++)
        {
            if (RingFeed.HasWaiting(RingSet.Items(set)[i]))
            {
                RingSet.FeedingOf(set)[set->Feeding++] = i;
            }
        }
    }

    private static uint FeedListed(RingSet* set)
    {
        uint* list = RingSet.FeedingOf(set);
        uint fed = 0;
        uint left = 0;
        for (uint i = 0; i < set->Feeding; i++)
        {
            RingBlock* ring = RingSet.Items(set)[list[i]];
            fed += RingFeed.Feed(ring);
            if (RingFeed.HasWaiting(ring))
            {
                list[left++] = list[i];
            }
        }

        set->Feeding = left;
        return fed;
    }

    private static uint FeedAll(RingSet* set)
    {
        uint fed = 0;
        for (int i = 0; i < set->Count; i++)
        {
            fed += RingFeed.Feed(RingSet.Items(set)[i]);
        }

        return fed;
    }
}
