// The one file in which a fence becomes signaled.
//
// A signal is one compare-exchange on the head word. A poller, and a signaller whose source says where the fence stands, first expect the fence's own
// open and empty word (no load before: the line arrives once, for writing), a signaller who had to look what it saw; then what was found. A closed word is never written again except to add the done bits:
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
    public static SignalResult Signal(Fence handle, uint error, long time) =>
        SignalOn(ref Registry.Current, handle, 0, error, time);

    /// <summary>As the other, with the calling thread's words in hand, and the fence's <see cref="FencePlace"/> unless that is 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static SignalResult SignalOn(ref ThreadWords words, Fence handle, ulong place, uint error, long time)
    {
        ReaderRecord* reader = Registry.ReaderOf(ref words);
        if (reader == null)
        {
            References.ThrowNoCache();
        }

        FenceSlot* fence = handle.Slot;
        ulong before = Reader.EnterBrief(Domain.Process, reader);
        uint nested = before != 0 && Reader.IsInside(reader, before) ? 1u : 0;
        SignalResult result = SignalResult.Signaled;
        ThreadCache* cache = place == 0 ? null : words.Cache;
        if (cache == null || !TrySignalUnseen(cache, handle.Index, fence, handle.Generation, place, nested, error, time))
        {
            cache = References.CacheOf(ref words, fence, handle.Generation);
            if (cache == null)
            {
                bool current = FenceLife.IsCurrent(fence, handle.Generation);
                Reader.LeaveBrief(reader, before);
                return Refuse(handle, current);
            }

            cache->SignalNested = nested;
            result = SignalInside(cache, handle.Index, fence, handle.Generation, error, NowOf((EngineBlock*)cache->Pools, time));
        }

        Reader.LeaveBrief(reader, before);
        if ((cache->RunHead | cache->AwaitHead) != 0 && nested == 0)
        {
            CallbackInvoke.RunAll(cache);
        }

        return result;
    }

    // Before anything of the fence is read. False when it cannot be done so: it is another engine's, it is not its turn, or it is not open any more;
    // nothing has changed then.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySignalUnseen(
        ThreadCache* cache, uint index, FenceSlot* fence, uint generation, ulong place, uint nested, uint error, long time)
    {
        TimelineBlock* timeline = FencePlace.TimelineOf(place);
        EngineBlock* engine = timeline->Engine;
        if ((PoolSet*)engine != cache->Pools || cache->Serial != cache->Pools->Serial)
        {
            return false; // until here the engine's address may be anything, and is not followed
        }

        ulong seqno = TurnOf(timeline);
        if (!FencePlace.IsOf(place, seqno))
        {
            return false;
        }

        cache->SignalNested = nested;
        ulong units = UnitsOf(engine, timeline, NowOf(engine, time));
        ulong found = Close(fence, generation, HeadWord.OpenEmpty(generation), error, units, promised: false);
        if (HeadWord.IsClosed(found) || !FenceLife.IsCurrent(fence, generation))
        {
            return false; // or all references have gone, this one's too: a slot on limbo was closed, which nobody looks at
        }

        Conclude(cache, timeline, index, fence, generation, found, units, error, onPoller: false, later: cache->Running != 0);
        PassTurn(cache, timeline, seqno);
        DrainRecorded(cache, timeline);
        return true;
    }

    // The seqno whose turn it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TurnOf(TimelineBlock* timeline) =>

        // [TURN-CHECK] acquire: our close comes after the one before it. Pairs with [TURN-MOVE]. Without it two fences of one
        // timeline could be seen signaled in the wrong order.
        Atomic.LoadAcquire(ref timeline->Completed) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long NowOf(EngineBlock* engine, long time) => time >= 0 ? time : engine->Clock.Read();

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
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        if (head != HeadWord.OpenEmpty(generation) && (HeadWord.IsClosed(head) || HeadWord.IsPromised(head)))
        {
            ThreadCache.Count(cache, Counter.SignaledAgain);
            return SignalResult.AlreadySignaled;
        }

        if (TurnOf(timeline) != fence->Seqno || (Atomic.LoadPlain(ref fence->Flags) & FenceFlags.OnRing) != 0)
        {
            return TimelineTurn.Record(cache, timeline, index, fence, generation, error);
        }

        if (!CloseInTurn(cache, timeline, index, fence, generation, head, error, now, promised: false))
        {
            return SignalResult.AlreadySignaled;
        }

        DrainRecorded(cache, timeline);
        return SignalResult.Signaled;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DrainRecorded(ThreadCache* cache, TimelineBlock* timeline)
    {
        // [TURN-AFTER] acquire: looks for recorded signals after the turn has moved; the recorder issues the process-wide
        // barrier that makes this a Dekker without a fence here. Pairs with [TURN-RECORD].
        if (Atomic.LoadAcquire(ref timeline->DeferredCount) != 0)
        {
            TimelineTurn.Drain(cache, timeline);
        }
    }

    /// <summary>
    /// Closes the fence whose turn it is and moves the turn; its callbacks are on the thread's run list afterwards. The caller
    /// is inside a section and holds a reference, or the timeline's turn, and has <paramref name="seen"/> the head. False when somebody
    /// else closed it first, or, unless the caller may take <paramref name="promised"/> ones (the poller may), when it is promised to
    /// the turn.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CloseInTurn(
        ThreadCache* cache, TimelineBlock* timeline, uint index, FenceSlot* fence, uint generation, ulong seen, uint error, long now, bool promised)
    {
        ulong seqno = fence->Seqno;
        if (!CloseOnly(cache, timeline, index, fence, generation, seen, error, now, onPoller: false, promised))
        {
            return false;
        }

        PassTurn(cache, timeline, seqno);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PassTurn(ThreadCache* cache, TimelineBlock* timeline, ulong seqno)
    {
        // [TURN-MOVE] release: the close stands before the turn of the next. Pairs with [TURN-CHECK] and [TURN-RECORD].
        Atomic.StoreRelease(ref timeline->Completed, seqno);
        TimelineWaiters.Passed(cache, timeline, seqno);
    }

    /// <summary>As <see cref="CloseInTurn"/>, but the caller moves the turn and looks for waiters for the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CloseOnly(
        ThreadCache* cache, TimelineBlock* timeline, uint index, FenceSlot* fence, uint generation, ulong seen, uint error, long now,
        bool onPoller, bool promised)
    {
        ulong units = UnitsOf((EngineBlock*)cache->Pools, timeline, now);
        ulong before = Close(fence, generation, seen, error, units, onPoller || promised);
        if (HeadWord.IsClosed(before))
        {
            ThreadCache.Count(cache, Counter.SignaledAgain);
            return false;
        }

        Conclude(cache, timeline, index, fence, generation, before, units, error, onPoller, later: promised || cache->Running != 0);
        return true;
    }

    // Stamps never fall on a timeline; the word has one writer, the holder of the turn.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong UnitsOf(EngineBlock* engine, TimelineBlock* timeline, long now) => Math.Max(
        Math.Min((ulong)Math.Max(0, now - engine->StartNanoseconds) >> HeadWord.TimeShift, HeadWord.MaxUnits), Atomic.LoadPlain(ref timeline->LastUnits));

    // What the winner of the close leaves behind, and what he found to run.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Conclude(
        ThreadCache* cache, TimelineBlock* timeline, uint index, FenceSlot* fence, uint generation, ulong found, ulong units, uint error, bool onPoller,
        bool later)
    {
        error = ErrorOf(found, error);
        Atomic.StorePlain(ref timeline->LastUnits, units);
        ThreadCache.Count(cache, Counter.Signaled);
        FenceTrace.Signaled(cache, fence, units, error);
        if (error != 0)
        {
            Failures.Count(cache, error);
        }

        if (HeadWord.Node(found) != 0)
        {
            CallbackRun.Collect(cache, index, fence, found, onPoller, generation, later);
        }
    }

    // The open word that the close replaced, or one with the closed bit: somebody else was first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Close(FenceSlot* fence, uint generation, ulong seen, uint error, ulong units, bool promised)
    {
        ulong expected = HeadWord.OpenEmpty(generation);
        if (seen != expected)
        {
            return CloseFound(fence, generation, seen, error, units, promised);
        }

        // [SIGNAL-CLOSE] full: everything the signaller wrote is seen by whoever sees the fence signaled (C14), and exactly one close
        // succeeds (C1). Pairs with [IS-SIGNALED], [CB-PUSH], [CB-REMOVE] and [TURN-PROMISE]. Without it two signallers both win, or a callback
        // pushed at this moment is lost.
        ulong before = Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), HeadWord.Closed(error, units, HeadWord.Quiesced), expected);
        return before == expected ? before : CloseFound(fence, generation, before, error, units, promised);
    }

    private static ulong CloseFound(FenceSlot* fence, uint generation, ulong before, uint error, ulong units, bool promised)
    {
        while (!HeadWord.IsClosed(before) && HeadWord.IsOf(before, generation) && (promised || !HeadWord.IsPromised(before)))
        {
            // An error set in advance stands (C2); so does an empty list: nothing to run means quiesced at once.
            ulong done = HeadWord.Node(before) == 0 ? HeadWord.Quiesced : 0;
            ulong found = Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), HeadWord.Closed(ErrorOf(before, error), units, done), before);
            if (found == before)
            {
                return before;
            }

            before = found;
        }

        return HeadWord.ClosedBit;
    }

    private static uint ErrorOf(ulong before, uint asked)
    {
        uint preset = HeadWord.OpenError(before);
        return preset != 0 ? preset : asked;
    }

    /// <summary>
    /// Ends a fence whose turn has passed without it (its ring position became a NOP). Nobody waits for the turn any more.
    /// </summary>
    public static void CloseOutOfTurn(ThreadCache* cache, FenceSlot* fence, uint generation, uint error)
    {
        EngineBlock* engine = (EngineBlock*)cache->Pools;
        ulong units = Math.Min((ulong)Math.Max(0, engine->Clock.Read() - engine->StartNanoseconds) >> HeadWord.TimeShift, HeadWord.MaxUnits);
        ulong before = Close(fence, generation, HeadWord.OpenEmpty(generation), error, units, promised: true);
        if (!HeadWord.IsClosed(before))
        {
            // Its emitter never got the handle, so there are no callbacks.
            error = ErrorOf(before, error);
            ThreadCache.Count(cache, Counter.Signaled);
            Failures.Count(cache, error);
            FenceTrace.Signaled(cache, fence, units, error);
        }
    }

    /// <summary>
    /// Promises an open fence to the turn, with an error unless it has one: false when it is closed or promised already.
    /// </summary>
    public static bool TryPromise(FenceSlot* fence, uint generation, uint error)
    {
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        while (!HeadWord.IsClosed(head) && HeadWord.IsOf(head, generation) && !HeadWord.IsPromised(head))
        {
            ulong next = head | HeadWord.PromisedBit;
            next = error != 0 && HeadWord.OpenError(head) == 0 ? HeadWord.WithError(next, error) : next;

            // [TURN-PROMISE] full: succeeds on an open word only, and a signaller in turn finds it. Pairs with [SIGNAL-CLOSE]. Without it a
            // fence could be closed by one thread and recorded by another: its callbacks' link overwritten, its turn never passed.
            ulong found = Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), next, head);
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
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        while (!HeadWord.IsClosed(head) && HeadWord.IsOf(head, generation) && HeadWord.OpenError(head) == 0
            && !HeadWord.IsPromised(head))
        {
            // [SET-ERROR] full: compares the whole word, so it cannot land on a closed one. Pairs with [SIGNAL-CLOSE]. Without it an
            // error set while another thread signals would be torn from state and time (fault 41).
            ulong found = Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), HeadWord.WithError(head, error), head);
            if (found == head)
            {
                return true;
            }

            head = found;
        }

        return false;
    }
}
