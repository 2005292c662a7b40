// The signal of one who knows where the fence stands (FencePlace), whose turn it is and who finds no callbacks: nothing of the fence is read before the
// exchange, and no call comes back to here. Whatever is not plain goes on in another method, by a tail call, so the plain signal keeps nothing on a
// stack. The handle is a bare word for that: the JIT makes no tail call where the address of a local has been asked for, as a struct's methods do, and
// none from a method that must not be inlined.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Signalling by place. Any managed thread. Never blocks, never grows memory.</summary>
internal static unsafe partial class FenceSignal
{
    /// <summary>As <see cref="Signal"/>, with the calling thread's words in hand, and the fence's <see cref="FencePlace"/> unless that is 0.</summary>
    public static SignalResult SignalOn(ref ThreadWords words, ulong handle, ulong place, uint error, long time)
    {
        ThreadCache* cache = words.Cache;
        if (place == 0 || cache == null)
        {
            return SignalSeen(ref words, handle, error, time);
        }

        ReaderRecord* reader = words.Reader; // who has a cache has a record
        if (!Reader.TryEnterBrief(Domain.Process, reader, out ulong before))
        {
            return SignalSeen(ref words, handle, error, time);
        }

        TimelineBlock* timeline = FencePlace.TimelineOf(place);
        EngineBlock* engine = timeline->Engine;
        if ((PoolSet*)engine != cache->Pools || cache->Serial != cache->Pools->Serial)
        {
            Reader.LeaveBrief(reader, before); // until here the engine's address may be anything, and is not followed
            return SignalSeen(ref words, handle, error, time);
        }

        ulong seqno = TurnOf(timeline);
        if (!FencePlace.IsOf(place, seqno) || Reader.IsDeep(before))
        {
            Reader.LeaveBrief(reader, before);
            return SignalSeen(ref words, handle, error, time);
        }

        long now = time >= 0 ? time : engine->Clock.Published;
        if (now == 0)
        {
            Reader.LeaveBrief(reader, before);
            return SignalByClock(ref words, handle, place, error);
        }

        FenceSlot* fence = FenceSlot.Of(handle);
        uint generation = (uint)(handle >> 32);
        cache->SignalNested = NestedIn(reader, before);
        ulong units = UnitsOf(engine, timeline, now);
        if (cache->LooksFirst != 0)
        {
            return SignalLooking(ref words, handle, place, error, units, fence);
        }

        ulong found = TryCloseEmpty(fence, generation, error, units);
        if (found != HeadWord.OpenEmpty(generation))
        {
            return error != 0 ? SignalOther(ref words, handle, place, error, units, found) : SignalFound(ref words, handle, place, units, found, fence);
        }

        if (!FenceLife.IsCurrent(fence, generation))
        {
            return SignalGone(ref words, handle, error);
        }

        if (error != 0 || cache->Record != 0)
        {
            return SignalNoted(ref words, handle, place, error, units);
        }

        Atomic.StorePlain(&timeline->LastUnits, units);
        ThreadCache.Count(cache, Counter.Signaled);
        MoveTurn(timeline, seqno);
        if (TimelineWaiters.AnyUpTo(timeline, seqno) || AnyRecorded(timeline) || (cache->RunHead | cache->AwaitHead) != 0)
        {
            return SignalPassed(ref words, timeline);
        }

        Reader.LeaveBrief(reader, before);
        return SignalResult.Signaled;
    }

    // Nobody publishes a time.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalByClock(ref ThreadWords words, ulong handle, ulong place, uint error) =>
        SignalOn(ref words, handle, place, error, MonotonicClock.Nanoseconds);

    // The thread's last signal by place found callbacks: looks before it closes. Inside SignalOn's section, which it ends.
    private static SignalResult SignalLooking(ref ThreadWords words, ulong handle, ulong place, uint error, ulong units, FenceSlot* fence)
    {
        ulong found = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
        if (HeadWord.Node(found) == 0)
        {
            words.Cache->LooksFirst = 0;
            return SignalOther(ref words, handle, place, error, units, found);
        }

        return error != 0 ? SignalOther(ref words, handle, place, error, units, found) : SignalFound(ref words, handle, place, units, found, fence);
    }

    // The fence has callbacks, or an error of its own, or somebody has closed it; it was not found open and empty. The signal is without an error. Inside
    // SignalOn's section, which it ends. Whether its callbacks may run straight from here is asked before the close: nothing that it depends on changes until
    // this thread has closed it.
    private static SignalResult SignalFound(ref ThreadWords words, ulong handle, ulong place, ulong units, ulong found, FenceSlot* fence)
    {
        ThreadCache* cache = words.Cache;
        TimelineBlock* timeline = FencePlace.TimelineOf(place);
        uint generation = (uint)(handle >> 32);
        uint newest = HeadWord.Node(found);
        if (!HeadWord.IsPlain(found, generation) || !CallbackDirect.MayRun(cache, timeline))
        {
            return SignalOther(ref words, handle, place, 0, units, found);
        }

        uint pushes = CallbackDirect.PushesOf(newest);
        if (pushes > CallbackDirect.Alone && pushes > CallbackDirect.MostNow(cache))
        {
            return SignalOther(ref words, handle, place, 0, units, found);
        }

        if (Atomic.CompareExchangeFull(ref FenceSlot.HeadOf(fence), HeadWord.Closed(0, units, 0), found) != found) // [SIGNAL-CLOSE]
        {
            return SignalOther(ref words, handle, place, 0, units, found);
        }

        if (!FenceLife.IsCurrent(fence, generation))
        {
            return SignalGone(ref words, handle, 0);
        }

        return pushes == CallbackDirect.Alone
            ? SignalOne(ref words, handle, timeline, units, newest)
            : SignalDirect(ref words, handle, timeline, units, newest);
    }

    // Whatever the fence holds and wherever its callbacks go. Inside SignalOn's section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalOther(ref ThreadWords words, ulong handle, ulong place, uint error, ulong units, ulong found)
    {
        ThreadCache* cache = words.Cache;
        FenceSlot* fence = FenceSlot.Of(handle);
        uint generation = (uint)(handle >> 32);
        found = CloseFound(fence, generation, found, error, units, promised: false);
        if (HeadWord.IsClosed(found) || !FenceLife.IsCurrent(fence, generation))
        {
            return SignalGone(ref words, handle, error);
        }

        TimelineBlock* timeline = FencePlace.TimelineOf(place);
        Conclude(cache, timeline, (uint)handle, fence, generation, found, units, error, onPoller: false, later: cache->Running != 0);
        MoveTurn(timeline, Atomic.LoadPlain(&timeline->Completed) + 1);
        return SignalPassed(ref words, timeline);
    }

    // Somebody else has closed it, or all references have gone, this one's too: then a slot on limbo was closed, which nobody looks at. Inside SignalOn's
    // section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalGone(ref ThreadWords words, ulong handle, uint error)
    {
        LeaveSignal(ref words);
        return SignalSeen(ref words, handle, error, 0);
    }

    // The fence was empty, and its signal is to be recorded, or its error counted. Inside SignalOn's section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalNoted(ref ThreadWords words, ulong handle, ulong place, uint error, ulong units)
    {
        ThreadCache* cache = words.Cache;
        TimelineBlock* timeline = FencePlace.TimelineOf(place);
        Atomic.StorePlain(&timeline->LastUnits, units);
        ThreadCache.Count(cache, Counter.Signaled);
        if (error == 0)
        {
            FenceTrace.SignaledOn(cache, FenceSlot.Of(handle), units);
        }
        else
        {
            FenceTrace.Signaled(cache, FenceSlot.Of(handle), units, error);
            Failures.Count(cache, error);
        }

        MoveTurn(timeline, Atomic.LoadPlain(&timeline->Completed) + 1);
        return SignalPassed(ref words, timeline);
    }

    // The turn has moved: whoever waits for it, then the callbacks. Inside SignalOn's section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalPassed(ref ThreadWords words, TimelineBlock* timeline)
    {
        ThreadCache* cache = words.Cache;
        TimelineWaiters.Passed(cache, timeline, Atomic.LoadPlain(&timeline->Completed));
        DrainRecorded(cache, timeline);
        LeaveSignal(ref words);
        if ((cache->RunHead | cache->AwaitHead) != 0 && cache->SignalNested == 0)
        {
            CallbackInvoke.RunAll(cache);
        }

        return SignalResult.Signaled;
    }

    // Ends SignalOn's section, of which only this is known: if it began inside another one, or the thread is online, the word is what it was before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LeaveSignal(ref ThreadWords words)
    {
        ReaderRecord* reader = words.Reader;
        if (words.Cache->SignalNested == 0 && reader->State != (uint)ReaderState.Online)
        {
            Reader.LeaveBrief(reader, 0);
        }
    }
}
