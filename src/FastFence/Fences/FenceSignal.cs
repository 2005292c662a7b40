// Where a fence becomes signaled; FenceSignal.ByPlace.cs is the plain signaller's short way through here.
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
internal static unsafe partial class FenceSignal
{
    /// <summary>
    /// Signals a fence of the caller's. Its callbacks run before this returns, but when the thread already runs callbacks (then
    /// after them), sits in an access section (then on the dispatcher), another thread runs callbacks of the timeline (then behind
    /// them), or the timeline has an executor. A negative time means now.
    /// </summary>
    public static SignalResult Signal(Fence handle, uint error, long time) =>
        SignalOn(ref Registry.Current, handle.Value, 0, error, time);

    // As the fence's slot says: without a place, or where the place was not enough.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalSeen(ref ThreadWords words, ulong handle, uint error, long time)
    {
        ReaderRecord* reader = Registry.ReaderOf(ref words);
        if (reader == null)
        {
            References.ThrowNoCache();
        }

        FenceSlot* fence = FenceSlot.Of(handle);
        uint generation = (uint)(handle >> 32);
        ulong before = Reader.EnterBrief(Domain.Process, reader);
        ThreadCache* cache = References.CacheOf(ref words, fence, generation);
        if (cache == null)
        {
            bool current = FenceLife.IsCurrent(fence, generation);
            Reader.LeaveBrief(reader, before);
            return Refuse(handle, current);
        }

        uint nested = NestedIn(reader, before);
        cache->SignalNested = nested;
        long now = time >= 0 ? time : ((EngineBlock*)cache->Pools)->Clock.Read();
        SignalResult result = SignalInside(cache, (uint)handle, fence, generation, error, now);
        Reader.LeaveBrief(reader, before);
        if ((cache->RunHead | cache->AwaitHead) != 0 && nested == 0)
        {
            CallbackInvoke.RunAll(cache);
        }

        return result;
    }

    // 1 when the caller sat in a section that it must not block in.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint NestedIn(ReaderRecord* reader, ulong before) => before != 0 && Reader.IsInside(reader, before) ? 1u : 0;

    // The seqno whose turn it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TurnOf(TimelineBlock* timeline) =>

        // [TURN-CHECK] acquire: our close comes after the one before it. Pairs with [TURN-MOVE]. Without it two fences of one
        // timeline could be seen signaled in the wrong order.
        Atomic.LoadAcquire(&timeline->Completed) + 1;

    private static SignalResult Refuse(ulong handle, bool current)
    {
        if (current && handle == StubFence.Handle)
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

        if (TurnOf(timeline) != fence->Seqno || (Atomic.LoadPlain(&fence->Flags) & FenceFlags.OnRing) != 0)
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
        if (AnyRecorded(timeline))
        {
            TimelineTurn.Drain(cache, timeline);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AnyRecorded(TimelineBlock* timeline) =>

        // [TURN-AFTER] acquire: looks for recorded signals after the turn has moved; the recorder issues the process-wide
        // barrier that makes this a Dekker without a fence here. Pairs with [TURN-RECORD].
        Atomic.LoadAcquire(&timeline->DeferredCount) != 0;

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

        MoveTurn(timeline, seqno);
        TimelineWaiters.Passed(cache, timeline, seqno);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MoveTurn(TimelineBlock* timeline, ulong seqno) =>

        // [TURN-MOVE] release: the close stands before the turn of the next. Pairs with [TURN-CHECK] and [TURN-RECORD].
        Atomic.StoreRelease(&timeline->Completed, seqno);

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
        Math.Min((ulong)Math.Max(0, now - engine->StartNanoseconds) >> HeadWord.TimeShift, HeadWord.MaxUnits), Atomic.LoadPlain(&timeline->LastUnits));

    // What the winner of the close leaves behind, and what he found to run.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Conclude(
        ThreadCache* cache, TimelineBlock* timeline, uint index, FenceSlot* fence, uint generation, ulong found, ulong units, uint error, bool onPoller,
        bool later)
    {
        error = ErrorOf(found, error);
        Atomic.StorePlain(&timeline->LastUnits, units);
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
        if (seen == expected)
        {
            seen = TryCloseEmpty(fence, generation, error, units);
            if (seen == expected)
            {
                return seen;
            }
        }

        return CloseFound(fence, generation, seen, error, units, promised);
    }

    // Closes the fence if it is open and empty: then its former word is that.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TryCloseEmpty(FenceSlot* fence, uint generation, uint error, ulong units) =>

        // [SIGNAL-CLOSE] full: everything the signaller wrote is seen by whoever sees the fence signaled (C14), and exactly one close
        // succeeds (C1). Pairs with [IS-SIGNALED], [CB-PUSH], [CB-REMOVE] and [TURN-PROMISE]. Without it two signallers both win, or a callback
        // pushed at this moment is lost.
        Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), HeadWord.Closed(error, units, HeadWord.Quiesced), HeadWord.OpenEmpty(generation));

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
}
