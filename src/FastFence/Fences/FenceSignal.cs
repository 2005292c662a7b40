// The one file in which a fence becomes signaled.
//
// A signal is one compare-exchange on the head word. It first expects the fence's own open and empty word (no load before:
// the line arrives once, for writing), then what it found. A closed word is never written again except to add the done bits:
// an unconditional exchange by a losing signaller would overwrite the winner's error and time.
//
// Fences of a timeline signal in seqno order (C11). The turn is a plain word: `Completed` holds the last seqno signaled, and
// only the winner of the next one moves it. Whoever comes out of turn records the signal (TimelineTurn) and leaves.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Signalling. Any managed thread with a cache, or the poller. Never blocks, never grows memory.</summary>
internal static unsafe class FenceSignal
{
    /// <summary>
    /// Signals a fence of the caller's. Its callbacks run before this returns, but when the thread already runs callbacks (then
    /// after them), sits in an access section (then on the dispatcher), another thread runs callbacks of the timeline (then behind
    /// them), or the timeline has an executor. A negative time means now.
    /// </summary>
    public static SignalResult Signal(Fence handle, uint error, long time)
    {
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader == null)
        {
            References.ThrowNoCache();
        }

        uint nested = Reader.IsInside(reader) ? 1u : 0;
        FenceSlot* fence = handle.Slot;
        Reader.Enter(Domain.Process, reader);
        ThreadCache* cache = References.CacheOf(fence, handle.Generation);
        if (cache == null)
        {
            bool current = FenceLife.IsCurrent(fence, handle.Generation);
            Reader.Exit(reader);
            return Refuse(handle, current);
        }

        cache->SignalNested = nested;
        long now = time >= 0 ? time : ((EngineBlock*)cache->Pools)->Clock.Read();
        SignalResult result = SignalInside(cache, handle.Index, fence, handle.Generation, error, now);
        Reader.Exit(reader);
        if ((cache->RunHead | cache->AwaitHead) != 0 && nested == 0)
        {
            CallbackInvoke.RunAll(cache);
        }

        return result;
    }

    private static SignalResult Refuse(Fence handle, bool current)
    {
        if (current && handle.Value == StubFence.Handle)
        {
            return SignalResult.AlreadySignaled;
        }

        if (current)
        {
            References.ThrowNoCache();
        }

        StaleHandles.Count();
        return SignalResult.Stale;
    }

    private static SignalResult SignalInside(
        ThreadCache* cache, uint index, FenceSlot* fence, uint generation, uint error, long now)
    {
        TimelineBlock* timeline = fence->Timeline;
        ulong head = Atomic.LoadAcquire(ref fence->Head);
        if (HeadWord.IsClosed(head) || HeadWord.IsPromised(head))
        {
            cache->Counters.Increment(Counter.SignaledAgain);
            return SignalResult.AlreadySignaled;
        }

        // [TURN-CHECK] acquire: our close comes after the one before it. Pairs with [TURN-MOVE]. Without it two fences of one
        // timeline could be seen signaled in the wrong order.
        if (Atomic.LoadAcquire(ref timeline->Completed) + 1 != fence->Seqno
            || (Atomic.LoadPlain(ref fence->Flags) & FenceFlags.OnRing) != 0)
        {
            return TimelineTurn.Record(cache, timeline, index, fence, generation, error);
        }

        if (!CloseInTurn(cache, timeline, index, fence, generation, error, now, onPoller: false))
        {
            return SignalResult.AlreadySignaled;
        }

        // [TURN-AFTER] acquire: looks for recorded signals after the turn has moved; the recorder issues the process-wide
        // barrier that makes this a Dekker without a fence here. Pairs with [TURN-RECORD].
        if (Atomic.LoadAcquire(ref timeline->DeferredCount) != 0)
        {
            TimelineTurn.Drain(cache, timeline);
        }

        return SignalResult.Signaled;
    }

    /// <summary>
    /// Closes the fence whose turn it is and moves the turn; its callbacks are on the thread's run list afterwards. The caller
    /// is inside a section and holds a reference, or the timeline's turn. False when somebody else closed it first, or, unless
    /// the caller may take <paramref name="promised"/> ones (the poller may), when it is promised to the turn.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CloseInTurn(
        ThreadCache* cache, TimelineBlock* timeline, uint index, FenceSlot* fence, uint generation, uint error, long now, bool onPoller,
        bool promised = false)
    {
        ulong seqno = fence->Seqno;
        if (!CloseOnly(cache, timeline, index, fence, generation, error, now, onPoller, promised))
        {
            return false;
        }

        // [TURN-MOVE] release: the close stands before the turn of the next. Pairs with [TURN-CHECK] and [TURN-RECORD].
        Atomic.StoreRelease(ref timeline->Completed, seqno);
        TimelineWaiters.Passed(cache, timeline, seqno);
        return true;
    }

    /// <summary>As <see cref="CloseInTurn"/>, but the caller moves the turn and looks for waiters for the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CloseOnly(
        ThreadCache* cache, TimelineBlock* timeline, uint index, FenceSlot* fence, uint generation, uint error, long now, bool onPoller,
        bool promised)
    {
        EngineBlock* engine = (EngineBlock*)cache->Pools;
        ulong units = Math.Min((ulong)Math.Max(0, now - engine->StartNanoseconds) >> HeadWord.TimeShift, HeadWord.MaxUnits);

        // Stamps never fall on a timeline; the word has one writer, the holder of the turn.
        units = Math.Max(units, Atomic.LoadPlain(ref timeline->LastUnits));
        if (!TryClose(fence, generation, ref error, units, onPoller || promised, out ulong before))
        {
            cache->Counters.Increment(Counter.SignaledAgain);
            return false;
        }

        Atomic.StorePlain(ref timeline->LastUnits, units);
        cache->Counters.Increment(Counter.Signaled);
        FenceTrace.Signaled(cache, fence, units, error);
        if (error != 0)
        {
            Failures.Count(cache, error);
        }

        if (HeadWord.Node(before) != 0)
        {
            CallbackRun.Collect(cache, index, fence, before, onPoller, generation, later: promised || cache->Running != 0);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryClose(FenceSlot* fence, uint generation, ref uint error, ulong units, bool promised, out ulong before)
    {
        ulong expected = HeadWord.OpenEmpty(generation);

        // [SIGNAL-CLOSE] full: everything the signaller wrote is seen by whoever sees the fence signaled (C14), and exactly one close
        // succeeds (C1). Pairs with [IS-SIGNALED], [CB-PUSH], [CB-REMOVE] and [TURN-PROMISE]. Without it two signallers both win, or a callback
        // pushed at this moment is lost.
        before = Atomic.CompareExchangeFull(ref fence->Head, HeadWord.Closed(error, units, HeadWord.Quiesced), expected);
        return before == expected || TryCloseFound(fence, generation, ref error, units, promised, ref before);
    }

    private static bool TryCloseFound(FenceSlot* fence, uint generation, ref uint error, ulong units, bool promised, ref ulong before)
    {
        uint asked = error;
        while (!HeadWord.IsClosed(before) && HeadWord.IsOf(before, generation) && (promised || !HeadWord.IsPromised(before)))
        {
            // An error set in advance stands (C2); so does an empty list: nothing to run means quiesced at once.
            uint preset = HeadWord.OpenError(before);
            error = preset != 0 ? preset : asked;
            ulong done = HeadWord.Node(before) == 0 ? HeadWord.Quiesced : 0;
            ulong found = Atomic.CompareExchangeFull(ref fence->Head, HeadWord.Closed(error, units, done), before);
            if (found == before)
            {
                return true;
            }

            before = found;
        }

        return false;
    }

    /// <summary>
    /// Ends a fence whose turn has passed without it (its ring position became a NOP). Nobody waits for the turn any more.
    /// </summary>
    public static void CloseOutOfTurn(ThreadCache* cache, FenceSlot* fence, uint generation, uint error)
    {
        EngineBlock* engine = (EngineBlock*)cache->Pools;
        ulong units = Math.Min((ulong)Math.Max(0, engine->Clock.Read() - engine->StartNanoseconds) >> HeadWord.TimeShift, HeadWord.MaxUnits);
        if (TryClose(fence, generation, ref error, units, promised: true, out _))
        {
            // Its emitter never got the handle, so there are no callbacks.
            cache->Counters.Increment(Counter.Signaled);
            Failures.Count(cache, error);
            FenceTrace.Signaled(cache, fence, units, error);
        }
    }

    /// <summary>
    /// Promises an open fence to the turn, with an error unless it has one: false when it is closed or promised already.
    /// </summary>
    public static bool TryPromise(FenceSlot* fence, uint generation, uint error)
    {
        ulong head = Atomic.LoadAcquire(ref fence->Head);
        while (!HeadWord.IsClosed(head) && HeadWord.IsOf(head, generation) && !HeadWord.IsPromised(head))
        {
            ulong next = head | HeadWord.PromisedBit;
            next = error != 0 && HeadWord.OpenError(head) == 0 ? HeadWord.WithError(next, error) : next;

            // [TURN-PROMISE] full: succeeds on an open word only, and a signaller in turn finds it. Pairs with [SIGNAL-CLOSE]. Without it a
            // fence could be closed by one thread and recorded by another: its callbacks' link overwritten, its turn never passed.
            ulong found = Atomic.CompareExchangeFull(ref fence->Head, next, head);
            if (found == head)
            {
                return true;
            }

            head = found;
        }

        return false;
    }

    /// <summary>
    /// Sets the error that the fence will signal with; false when it is signaled, promised, or has one already (C2).
    /// </summary>
    public static bool TrySetError(FenceSlot* fence, uint generation, uint error)
    {
        ulong head = Atomic.LoadAcquire(ref fence->Head);
        while (!HeadWord.IsClosed(head) && HeadWord.IsOf(head, generation) && HeadWord.OpenError(head) == 0
            && !HeadWord.IsPromised(head))
        {
            // [SET-ERROR] full: compares the whole word, so it cannot land on a closed one. Pairs with [SIGNAL-CLOSE]. Without it an
            // error set while another thread signals would be torn from state and time (fault 41).
            ulong found = Atomic.CompareExchangeFull(ref fence->Head, HeadWord.WithError(head, error), head);
            if (found == head)
            {
                return true;
            }

            head = found;
        }

        return false;
    }
}
