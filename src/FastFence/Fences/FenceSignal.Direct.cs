// The signal by place that found callbacks and runs them itself (CallbackDirect).
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Signalling and running in one go.</summary>
internal static unsafe partial class FenceSignal
{
    // As SignalDirect, of a fence that has had one callback, as most have: nothing to be gathered, linked or counted, and nothing needs room on a stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalOne(ref ThreadWords words, ulong handle, TimelineBlock* timeline, ulong units, uint index)
    {
        ThreadCache* cache = words.Cache;
        Atomic.StorePlain(&timeline->LastUnits, units);
        ThreadCache.Count(cache, Counter.Signaled);
        cache->LooksFirst = 1;
        CallbackNode* node = CallbackNode.At(index);
        if (!CallbackDirect.TryClaim(node))
        {
            return SignalBehind(ref words, handle, timeline, index, 0, index);
        }

        nint function = node->Function;
        nint argument = node->Argument;
        CallbackList.Give(cache, index);
        ReaderRecord* reader = words.Reader;
        BeforeDirect(cache, reader, timeline);
        CallbackDirect.RunOne(cache, reader, handle, function, argument);
        CallbackInvoke.EndDirect(cache, reader, FenceSlot.At((uint)handle), timeline);
        return SignalResult.Signaled;
    }

    // The fence is closed without an error, its callbacks may go the short way. Inside SignalOn's section, which it ends before the first of them.
    // Not in line: a kilobyte would be cleared.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalDirect(ref ThreadWords words, ulong handle, TimelineBlock* timeline, ulong units, uint newest)
    {
        ThreadCache* cache = words.Cache;
        Atomic.StorePlain(&timeline->LastUnits, units);
        ThreadCache.Count(cache, Counter.Signaled);
        cache->LooksFirst = 1;
        Unsafe.SkipInit(out CallbackDirect.Calls calls);
        CallbackDirect.Call* end = (CallbackDirect.Call*)&calls + CallbackDirect.Most;
        CallbackDirect.Pass pass;
        uint count = CallbackDirect.Gather(cache, newest, end, &pass);
        if (count == 0)
        {
            return SignalBehind(ref words, handle, timeline, pass.Next, pass.First, newest);
        }

        ReaderRecord* reader = words.Reader;
        BeforeDirect(cache, reader, timeline);
        CallbackDirect.RunAll(cache, reader, handle, end - count, end);
        CallbackInvoke.EndDirect(cache, reader, FenceSlot.At((uint)handle), timeline);
        return SignalResult.Signaled;
    }

    // Claimed and copied: both turns, whoever waits for the value, and the end of SignalOn's section, which was no nested one (CallbackDirect.MayRun).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BeforeDirect(ThreadCache* cache, ReaderRecord* reader, TimelineBlock* timeline)
    {
        ulong seqno = Atomic.LoadPlain(&timeline->Completed) + 1;
        CallbackTurn.Take(cache, timeline);
        MoveTurn(timeline, seqno);
        if (TimelineWaiters.AnyUpTo(timeline, seqno) || AnyRecorded(timeline))
        {
            PassDirect(cache, timeline);
        }

        if (reader->State != (uint)ReaderState.Online)
        {
            Reader.LeaveBrief(reader, 0);
        }

        if (cache->AwaitHead != 0)
        {
            CallbackInvoke.TellAwaits(cache); // ahead of callbacks
        }

        cache->Running = 1;
    }

    // A node for the other way: the list from there on, behind what the pass has claimed.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalBehind(ref ThreadWords words, ulong handle, TimelineBlock* timeline, uint from, uint first, uint newest)
    {
        CallbackRun.CollectBehind(
            words.Cache, (uint)handle, FenceSlot.Of(handle), from, first, newest, onPoller: false, (uint)(handle >> 32), later: false);
        MoveTurn(timeline, Atomic.LoadPlain(&timeline->Completed) + 1);
        return SignalPassed(ref words, timeline);
    }

    // Somebody waited for the turn, or for its value; awaits are told ahead of callbacks.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PassDirect(ThreadCache* cache, TimelineBlock* timeline)
    {
        TimelineWaiters.Passed(cache, timeline, Atomic.LoadPlain(&timeline->Completed));
        DrainRecorded(cache, timeline);
    }
}
