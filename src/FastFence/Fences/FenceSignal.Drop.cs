// The end of a source that nobody signaled: its fence is cancelled and released in one section, by one who knows where it stands (FencePlace), whose turn
// it is, and who holds the only reference to a fence without callbacks. As the plain signal (FenceSignal.ByPlace.cs) it calls nothing: what is not plain
// goes on by a tail call, with nothing changed, or with the fence signaled and its reference still held. A handle is a bare word for the reason given there.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Dropping sources. Any managed thread. Never blocks, never grows memory.</summary>
internal static unsafe partial class FenceSignal
{
    /// <summary>
    /// Gives back a source whose fence was seen open: signals <see cref="FenceError.Canceled"/>, unless a signal is recorded, and drops the reference. The
    /// calling thread's words are in hand, and the fence's <see cref="FencePlace"/> unless that is 0. A negative time means now.
    /// </summary>
    public static void DropOn(ref ThreadWords words, ulong handle, ulong place, long time)
    {
        ThreadCache* cache = words.Cache;
        if (place == 0 || cache == null || cache->Record != 0)
        {
            DropSeen(ref words, handle, place, time);
            return;
        }

        ReaderRecord* reader = words.Reader; // who has a cache has a record
        if (!Reader.TryEnterBrief(Domain.Process, reader, out ulong before))
        {
            DropSeen(ref words, handle, place, time);
            return;
        }

        TimelineBlock* timeline = FencePlace.TimelineOf(place);
        EngineBlock* engine = timeline->Engine;
        if ((PoolSet*)engine != cache->Pools || cache->Serial != cache->Pools->Serial)
        {
            Reader.LeaveBrief(reader, before); // until here the engine's address may be anything, and is not followed
            DropSeen(ref words, handle, place, time);
            return;
        }

        FenceSlot* fence = FenceSlot.Of(handle);
        ulong alone = FenceLife.Alone(handle);
        ulong seqno = TurnOf(timeline);
        if (!FencePlace.IsOf(place, seqno) || Reader.IsDeep(before) || !FenceLife.IsAlone(fence, alone))
        {
            Reader.LeaveBrief(reader, before);
            DropSeen(ref words, handle, place, time);
            return;
        }

        long now = time >= 0 ? time : engine->Clock.Published;
        if (now == 0)
        {
            Reader.LeaveBrief(reader, before);
            DropByClock(ref words, handle, place);
            return;
        }

        uint generation = (uint)(handle >> 32);
        ulong units = UnitsOf(engine, timeline, now);
        ulong found = TryCloseEmpty(fence, generation, Canceled, units);
        if (found != HeadWord.OpenEmpty(generation))
        {
            cache->SignalNested = NestedIn(reader, before);
            DropFound(ref words, handle, place, units, found);
            return;
        }

        Atomic.StorePlain(&timeline->LastUnits, units);
        ThreadCache.Count(cache, Counter.Signaled);
        ThreadCache.Count(cache, Counter.Failed);
        ThreadCache.Count(cache, Counter.FailedCanceled);
        MoveTurn(timeline, seqno);
        if (TimelineWaiters.AnyUpTo(timeline, seqno) || AnyRecorded(timeline))
        {
            cache->SignalNested = NestedIn(reader, before);
            DropPassed(ref words, handle, timeline);
            return;
        }

        // Nothing has come to be run, and what the thread has to run already is its frame's below us (C12).
        if (!FenceLife.TryReleaseLast(cache, (uint)handle, fence, alone))
        {
            Reader.LeaveBrief(reader, before);
            References.ReleaseSlowly(ref words, handle);
            return;
        }

        Reader.LeaveBrief(reader, before);
    }

    // What a source's end signals.
    private static uint Canceled
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => FenceError.Canceled.Magnitude;
    }

    // Nobody publishes a time.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DropByClock(ref ThreadWords words, ulong handle, ulong place) => DropOn(ref words, handle, place, MonotonicClock.Nanoseconds);

    // The exchange found callbacks, or an error, or somebody had closed or recorded it meanwhile. Inside DropOn's section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DropFound(ref ThreadWords words, ulong handle, ulong place, ulong units, ulong found)
    {
        SignalOther(ref words, handle, place, Canceled, units, found);
        References.ReleaseOn(ref words, handle);
    }

    // Signaled, and the turn has moved: somebody waits for it, or for those behind it. Inside DropOn's section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DropPassed(ref ThreadWords words, ulong handle, TimelineBlock* timeline)
    {
        SignalPassed(ref words, timeline);
        References.ReleaseOn(ref words, handle);
    }

    // One step after the other, each as it would be alone. A time that is given was read by DropOn.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DropSeen(ref ThreadWords words, ulong handle, ulong place, long time)
    {
        FenceSlot* fence = FenceSlot.Of(handle);
        if (FenceLife.IsCurrent(fence, (uint)(handle >> 32)) && !HeadWord.IsPromised(Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence))))
        {
            SignalOn(ref words, handle, place, Canceled, time);
        }

        References.ReleaseOn(ref words, handle);
    }
}
