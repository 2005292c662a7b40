// Soft deadlines of a timeline's fences. Since fences signal in seqno order, a deadline for one is a deadline for all before it: of two
// hints, the one for the later fence with the sooner time says it all. What is left is a staircase, later fences with later times, of
// which the first step that has not signaled is the soonest:
//
//   time ▲              ┌── (30, 9 ms)
//        │        ┌─────┘
//        │  ┌─────┘ (20, 5 ms)     a new (25, 4 ms) takes the place of (10, …) and (20, …); a new (20, 7 ms) says nothing new
//        │──┘ (10, 2 ms)
//        └──────────────────▶ seqno
//
// One writer at a time (the setters' lock); a poller reads without one. A ring's are there from the start, for its poller's sake; another timeline's
// come with the first one, and where there is no memory for them each is taken as new: its exporter is told too often rather than too seldom. This
// file touches native memory only.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Fences;

/// <summary>One hint.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeadlineHint
{
    /// <summary>The fence.</summary>
    public ulong Seqno;

    /// <summary>When it should have signaled, monotonic ns.</summary>
    public long Time;
}

/// <summary>The hints of a timeline.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DeadlineHints
{
    /// <summary>
    /// Steps that are kept. Hints for fences behind eight sooner ones reach the exporter all the same, but no poller.
    /// </summary>
    public const int Most = 8;

    // Odd while a writer is at it.
    private uint _version;
    private uint _count;
    private fixed ulong _words[2 * Most];

    /// <summary>Gives a timeline its hints; false at the reservation's bound. Under the setters' lock, or before others know the timeline.</summary>
    public static bool TryMake(TimelineBlock* timeline)
    {
        timeline->Hints = (nint)BlockHeap.TryAllocate(sizeof(DeadlineHints));
        return timeline->Hints != 0;
    }

    /// <summary>Gives them back. Safety: nobody can come to the timeline any more.</summary>
    public static void Free(TimelineBlock* timeline)
    {
        if (timeline->Hints != 0)
        {
            BlockHeap.Free((void*)timeline->Hints, sizeof(DeadlineHints));
        }
    }

    /// <summary>
    /// Adds a hint; false when it says nothing new: the soonest wins. Under the setters' lock, inside a section.
    /// </summary>
    public static bool TryAdd(TimelineBlock* timeline, ulong seqno, long time)
    {
        if (timeline->Hints == 0 && !TryMake(timeline))
        {
            return true;
        }

        DeadlineHints* hints = (DeadlineHints*)timeline->Hints;
        DeadlineHint* steps = stackalloc DeadlineHint[Most + 1];
        ulong completed = Atomic.LoadAcquire(ref timeline->Completed);
        uint count = 0;
        bool placed = false;
        for (uint i = 0; i < hints->_count; i++)
        {
            DeadlineHint step = At(hints, i);
            if (step.Seqno >= seqno && step.Time <= time)
            {
                return false;
            }

            if (step.Seqno <= completed || (step.Seqno <= seqno && step.Time >= time))
            {
                continue;
            }

            if (!placed && step.Seqno > seqno)
            {
                placed = true;
                steps[count++] = new DeadlineHint { Seqno = seqno, Time = time };
            }

            steps[count++] = step;
        }

        if (!placed)
        {
            steps[count++] = new DeadlineHint { Seqno = seqno, Time = time };
        }

        Write(hints, steps, Math.Min(count, Most));
        return true;
    }

    /// <summary>
    /// The soonest deadline, but not before <paramref name="from"/>, of a fence that has not signaled; <see cref="long.MaxValue"/> =
    /// none, 0 = being changed at this moment. Any thread inside a section; never blocks.
    /// </summary>
    public static long Soonest(TimelineBlock* timeline, long from)
    {
        DeadlineHints* hints = (DeadlineHints*)timeline->Hints;
        if (hints == null)
        {
            return long.MaxValue;
        }

        // [HINT-READ] acquire, all of them: steps are read between two looks at the version. Pairs with [HINT-WRITE]. Without it a poller
        // sleeps by the time of one hint and the fence of another.
        uint version = Atomic.LoadAcquire(ref hints->_version);
        uint count = Math.Min(Atomic.LoadAcquire(ref hints->_count), Most); // [HINT-READ] acquire
        ulong completed = Atomic.LoadAcquire(ref timeline->Completed);
        long soonest = long.MaxValue;
        for (uint i = 0; i < count && soonest == long.MaxValue; i++)
        {
            ulong seqno = Atomic.LoadAcquire(ref hints->_words[2 * i]); // [HINT-READ] acquire
            ulong time = Atomic.LoadAcquire(ref hints->_words[(2 * i) + 1]); // [HINT-READ] acquire
            soonest = seqno > completed && (long)time >= from ? (long)time : soonest;
        }

        return (version & 1) == 0 && Atomic.LoadAcquire(ref hints->_version) == version ? soonest : 0;
    }

    /// <summary>Wakes the timeline's poller if it sleeps: a deadline has come closer, or somebody polls.</summary>
    public static void WakePoller(TimelineBlock* timeline)
    {
        uint* asleep = (uint*)timeline->PollerAsleep;

        // [HINT-WAKE] acquire: comes after the hint; the poller, who announces its sleep and issues a process-wide barrier before it reads
        // the hints, makes this a Dekker. Pairs with [POLLER-SLEEP]. Without it a poller sleeps across a deadline.
        if (asleep != null && Atomic.LoadAcquire(ref *asleep) != 0 && Atomic.ExchangeFull(ref *asleep, 0) != 0)
        {
            Futex.Wake(asleep, 1);
        }
    }

    private static DeadlineHint At(DeadlineHints* hints, uint i) => new()
    {
        Seqno = Atomic.LoadPlain(ref hints->_words[2 * i]),
        Time = (long)Atomic.LoadPlain(ref hints->_words[(2 * i) + 1]),
    };

    private static void Write(DeadlineHints* hints, DeadlineHint* steps, uint count)
    {
        // [HINT-WRITE] full, then release: the version is odd before the first step changes and even after the last. Pairs with [HINT-READ].
        uint version = Atomic.ExchangeFull(ref hints->_version, hints->_version + 1);
        for (uint i = 0; i < count; i++)
        {
            Atomic.StoreRelease(ref hints->_words[2 * i], steps[i].Seqno); // [HINT-WRITE] release
            Atomic.StoreRelease(ref hints->_words[(2 * i) + 1], (ulong)steps[i].Time); // [HINT-WRITE] release
        }

        Atomic.StoreRelease(ref hints->_count, count); // [HINT-WRITE] release
        Atomic.StoreRelease(ref hints->_version, version + 2); // [HINT-WRITE] release
    }
}
