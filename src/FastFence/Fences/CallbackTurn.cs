// The right to run a timeline's callbacks. One thread has it at a time, so that they run in seqno order whoever signals (C11, fault
// 26): a signaller that finds the turn taken queues its fence behind and leaves. One word a timeline:
//
//   0             nobody runs, nothing is queued
//   Held          somebody has the turn, nothing is queued
//   a fence       the newest queued one; each leads to the next older one through its last callback. Somebody has the turn, or
//                 the timeline is on its way to a dispatcher or executor, who will take it
//
// Whoever has the turn gives it up by an exchange that fails if a fence was queued meanwhile. Nobody waits for the turn: a
// callback that blocks holds up its own timeline alone (fault 38). This file touches native memory only.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Taking, queueing for and giving up the turn of a timeline. Any thread; never blocks.</summary>
internal static unsafe class CallbackTurn
{
    private const uint Idle = 0;
    private const uint Held = uint.MaxValue;

    /// <summary>
    /// Takes the turn for a fence that the caller has just closed; false when another thread has it, or has left fences behind. The
    /// caller holds the timeline's signalling turn.
    /// </summary>
    public static bool TryTake(ThreadCache* cache, TimelineBlock* timeline)
    {
        // [CB-TURN-TAKE] acquire: our callbacks see what the last ones did. Pairs with [CB-TURN-LEAVE]. A plain store is enough to take
        // it, for only who closes a fence leaves the idle state, and fences close one after the other.
        uint queued = Atomic.LoadAcquire(&timeline->Queued);
        if (queued == Idle)
        {
            Take(cache, timeline);
            return true;
        }

        // Nobody but us writes our own cache there, and whoever takes the turn after us writes there first.
        if (queued == Held && Atomic.LoadPlain(&timeline->Runner) == (nint)cache)
        {
            Atomic.StorePlain(&timeline->RunCount, Atomic.LoadPlain(&timeline->RunCount) + 1);
            return true;
        }

        return false;
    }

    /// <summary>
    /// Has nobody the turn? It stays so until the caller takes it by <see cref="Take"/>, if he has closed a fence and still holds the timeline's signalling
    /// turn: only who does leaves the idle state.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsIdle(TimelineBlock* timeline) => Atomic.LoadAcquire(&timeline->Queued) == Idle; // [CB-TURN-TAKE]

    /// <summary>Takes the turn after <see cref="IsIdle"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Take(ThreadCache* cache, TimelineBlock* timeline)
    {
        Atomic.StorePlain(&timeline->Runner, (nint)cache);
        Atomic.StorePlain(&timeline->Queued, Held);
    }

    /// <summary>A fence of the timeline has run on the thread that took the turn. True when the caller has to pass it on.</summary>
    public static bool Leave(TimelineBlock* timeline)
    {
        uint more = Atomic.LoadPlain(&timeline->RunCount);
        if (more != 0)
        {
            Atomic.StorePlain(&timeline->RunCount, more - 1);
            return false;
        }

        return !TryEnd(timeline);
    }

    /// <summary>Queues a fence behind the others; its last callback carries the link. True when nobody has the turn: the caller passes it on.</summary>
    public static bool Queue(TimelineBlock* timeline, uint fence, CallbackNode* last)
    {
        uint newest = Atomic.LoadPlain(&timeline->Queued);
        while (true)
        {
            Atomic.StorePlain(&last->RunNext, newest == Held ? 0 : newest);

            // [CB-TURN-QUEUE] full: the fence's callbacks stand before it is found, and either we find the turn free or its holder finds
            // us. Pairs with [CB-TURN-LEAVE] and [CB-TURN-ALL]. Without it a fence's callbacks are never run.
            uint found = Atomic.CompareExchangeFull(ref timeline->Queued, fence, newest);
            if (found == newest)
            {
                return newest == Idle;
            }

            newest = found;
        }
    }

    /// <summary>Takes the turn and everything queued: the oldest fence, linked through the last callback of each.</summary>
    public static uint TakeQueued(TimelineBlock* timeline)
    {
        Atomic.StorePlain(&timeline->Runner, 0); // or the one who had it last would find its own name beside our turn

        // [CB-TURN-ALL] full: pairs with [CB-TURN-QUEUE].
        uint newest = Atomic.ExchangeFull(ref timeline->Queued, Held);
        uint oldest = 0;
        while (newest != 0)
        {
            CallbackNode* last = LastOf(newest);
            uint next = Atomic.LoadPlain(&last->RunNext);
            Atomic.StorePlain(&last->RunNext, oldest);
            oldest = newest;
            newest = next;
        }

        return oldest;
    }

    /// <summary>Gives the turn up; false when a fence was queued meanwhile: the caller still has it and passes it on.</summary>
    public static bool TryEnd(TimelineBlock* timeline) =>

        // [CB-TURN-LEAVE] full: what our callbacks did stands before the next ones begin, and a fence queued meanwhile is found. Pairs
        // with [CB-TURN-TAKE] and [CB-TURN-QUEUE]. Without it two fences of a timeline run at once, or the queued one never.
        Atomic.CompareExchangeFull(ref timeline->Queued, Idle, Held) == Held;

    /// <summary>Sends a timeline with queued fences to whoever runs them.</summary>
    public static void PassOn(TimelineBlock* timeline) =>
        DispatchQueue.Push(timeline->Work != 0 ? &timeline->Engine->Forward : &timeline->Engine->Dispatch, timeline);

    /// <summary>The last callback of a fence that is queued or on a run list.</summary>
    public static CallbackNode* LastOf(uint fence)
    {
        CallbackNode* node = CallbackNode.At(Atomic.LoadPlain(ref FenceSlot.At(fence)->Link));
        while ((node->Kind & CallbackNode.LastBit) == 0)
        {
            node = CallbackNode.At(Atomic.LoadPlain(&node->RunNext));
        }

        return node;
    }
}
