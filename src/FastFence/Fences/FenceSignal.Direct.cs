// The signal by place that found callbacks and runs them itself (CallbackDirect).
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Signalling and running in one go.</summary>
internal static unsafe partial class FenceSignal
{
    // The fence is closed without an error, its callbacks may go the short way. Inside SignalOn's section, which it ends before the first of them.
    // Not in line: a kilobyte would be cleared.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignalResult SignalDirect(ref ThreadWords words, ulong handle, ulong place, ulong units, uint newest)
    {
        ThreadCache* cache = words.Cache;
        FenceSlot* fence = FenceSlot.Of(handle);
        TimelineBlock* timeline = FencePlace.TimelineOf(place);
        Atomic.StorePlain(ref timeline->LastUnits, units);
        ThreadCache.Count(cache, Counter.Signaled);
        cache->LooksFirst = 1;
        Unsafe.SkipInit(out CallbackDirect.Calls calls);
        CallbackDirect.Call* end = (CallbackDirect.Call*)&calls + CallbackDirect.Most;
        CallbackDirect.Pass pass;
        uint count = CallbackDirect.Gather(cache, newest, end, &pass);
        ulong seqno = Atomic.LoadPlain(ref timeline->Completed) + 1;
        if (count == 0)
        {
            CallbackRun.CollectBehind(
                cache, (uint)handle, fence, pass.Next, pass.First, newest, onPoller: false, (uint)(handle >> 32), later: false);
            MoveTurn(timeline, seqno);
            return SignalPassed(ref words, timeline);
        }

        CallbackTurn.Take(cache, timeline);
        MoveTurn(timeline, seqno);
        if (TimelineWaiters.AnyUpTo(timeline, seqno) || AnyRecorded(timeline))
        {
            PassDirect(cache, timeline);
        }

        LeaveSignal(ref words);
        if (cache->AwaitHead != 0)
        {
            CallbackInvoke.TellAwaits(cache); // ahead of callbacks
        }

        cache->Running = 1;
        CallbackDirect.RunAll(cache, handle, end - count, end);
        CallbackInvoke.EndDirect(cache, fence, timeline);
        return SignalResult.Signaled;
    }

    // Somebody waited for the turn, or for its value; awaits are told ahead of callbacks.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PassDirect(ThreadCache* cache, TimelineBlock* timeline)
    {
        TimelineWaiters.Passed(cache, timeline, Atomic.LoadPlain(ref timeline->Completed));
        DrainRecorded(cache, timeline);
    }
}
