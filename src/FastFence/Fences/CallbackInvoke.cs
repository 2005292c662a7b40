// Running callbacks on a managed thread: a signaller's own, or the dispatcher. Outside any section, under no lock (C12).
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>The managed half of <see cref="CallbackRun"/>; a poller never comes here.</summary>
internal static unsafe class CallbackInvoke
{
    /// <summary>Tells the thread's awaits; then runs everything on its run list, and what is added to that meanwhile.</summary>
    public static void RunAll(ThreadCache* cache)
    {
        TellAwaits(cache);
        if (cache->Running != 0)
        {
            return; // the frame below us runs it: iteration, never recursion (C12)
        }

        cache->Running = 1;
        RunList(cache);
    }

    /// <summary>
    /// The callbacks of a fence that the thread has closed and run at once (<see cref="CallbackDirect"/>) have returned: its end, then what they put on the
    /// run list.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EndDirect(ThreadCache* cache, ReaderRecord* reader, FenceSlot* fence, TimelineBlock* timeline)
    {
        ulong before = Reader.EnterBrief(cache->Domain, reader);
        CallbackRun.Finish((EngineBlock*)cache->Pools, fence);
        if (CallbackTurn.Leave(timeline))
        {
            CallbackTurn.PassOn(timeline);
        }

        Reader.LeaveBrief(reader, before);
        RunList(cache);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunList(ThreadCache* cache)
    {
        while (cache->RunHead != 0)
        {
            RunFence(cache, cache->RunHead, null, last: false);
        }

        LateSlots.SettleIfAny(cache);
        cache->Running = 0;
    }

    /// <summary>
    /// Runs the callbacks that a timeline has queued, and passes it on if there are more by then: others have their turn first.
    /// Dispatchers and executors, outside sections and callbacks.
    /// </summary>
    public static void RunTimeline(ThreadCache* cache, TimelineBlock* timeline)
    {
        uint index = CallbackTurn.TakeQueued(timeline);
        cache->Running = ThreadCache.HandedOver;
        while (index != 0)
        {
            uint next = Atomic.LoadPlain(ref CallbackTurn.LastOf(index)->RunNext);
            RunFence(cache, index, timeline, last: next == 0);
            index = next;
        }

        LateSlots.Settle(cache);
        cache->Running = 0;
    }

    /// <summary>Tells the awaits that the thread's signals have completed.</summary>
    public static void TellAwaits(ThreadCache* cache)
    {
        uint awaits = cache->AwaitHead;
        cache->AwaitHead = 0;
        TellAwaits(cache, awaits);
    }

    /// <summary>Tells awaits, newest first in the chain, oldest first told, that their fence is signaled.</summary>
    public static void TellAwaits(ThreadCache* cache, uint newest)
    {
        uint oldest = 0;
        while (newest != 0)
        {
            CallbackNode* node = CallbackNode.At(newest);
            uint next = Atomic.LoadPlain(&node->RunNext);
            Atomic.StorePlain(&node->RunNext, oldest);
            oldest = newest;
            newest = next;
        }

        while (oldest != 0)
        {
            CallbackNode* node = CallbackNode.At(oldest);
            uint next = Atomic.LoadPlain(&node->RunNext);
            delegate*<nint, void> tell = (delegate*<nint, void>)node->Function;
            nint argument = node->Argument;
            CallbackList.Give(cache, oldest);
            ThreadCache.Count(cache, Counter.CallbacksRun);
            tell(argument);
            oldest = next;
        }
    }

    // Handed over, the timeline is given, and its last fence gives the turn up; on a run list it is null, and each fence counts.
    private static void RunFence(ThreadCache* cache, uint index, TimelineBlock* timeline, bool last)
    {
        // Looked at before: after its last callback a fence that nobody holds is not ours to look at. Its timeline stays until
        // the fence is quiesced, and then to the end of the section.
        FenceSlot* fence = FenceSlot.At(index);
        bool owned = (Atomic.LoadAcquire(&fence->Flags) & FenceFlags.RunReference) != 0;
        ulong handle = CallbackRun.HandleOf(fence, index);
        TimelineBlock* of = fence->Timeline;
        RunChain(cache, fence, handle, popRunList: timeline == null);
        Reader.Enter(cache->Domain, cache->Reader);
        CallbackRun.Finish((EngineBlock*)cache->Pools, fence);
        if (owned)
        {
            FenceLife.Release(cache, index, fence, (uint)(handle >> 32));
        }

        if (timeline == null ? CallbackTurn.Leave(of) : last && !CallbackTurn.TryEnd(of))
        {
            CallbackTurn.PassOn(of);
        }

        Reader.Exit(cache->Reader);
    }

    private static void RunChain(ThreadCache* cache, FenceSlot* fence, ulong handle, bool popRunList)
    {
        CallbackWitness? witness = cache->Running == ThreadCache.HandedOver ? CallbackWitness.Current : null;
        ForeignCode before = ForeignCode.Enter(cache->Reader, ForeignKind.Callback, 0, handle, 0, 0);
        uint left = Atomic.LoadPlain(&fence->Link);
        while (left != 0)
        {
            left = RunFrom(cache, left, handle, popRunList, witness);
        }

        before.Exit(cache->Reader);
    }

    // Runs a fence's callbacks from one on; one that throws ends it, and the next one is returned. One try for all of them: entering one costs as much
    // as a callback of nothing.
    private static uint RunFrom(ThreadCache* cache, uint first, ulong handle, bool popRunList, CallbackWitness? witness)
    {
        uint next = first;
        uint owner = 0;
        RecordRing* recorded = null;
        try
        {
            do
            {
                uint index = next;
                CallbackNode* node = CallbackNode.At(index);
                next = Atomic.LoadPlain(&node->RunNext);
                uint kind = node->Kind;
                if ((kind & CallbackNode.LastBit) != 0)
                {
                    if (popRunList)
                    {
                        // The link behind the last node is the next fence; taken before the callback may add one.
                        cache->RunHead = index == cache->RunTail ? 0 : next;
                    }

                    kind -= CallbackNode.LastBit;
                    next = 0;
                }

                nint function = node->Function;
                nint argument = node->Argument;
                owner = node->Owner;
                CallbackList.Give(cache, index);
                ThreadCache.Count(cache, Counter.CallbacksRun);
                witness?.Begin(handle, function, null);
                ForeignCode.GoOn(cache->Reader, owner, function);
                recorded = FenceTrace.CallBegin(cache, FenceSlot.At((uint)handle), function);
                if (kind is (uint)NodeKind.Managed or (uint)NodeKind.Dispatched)
                {
                    ((delegate*<Fence, nint, void>)function)(new Fence(handle), argument);
                }
                else
                {
                    InvokeOther((NodeKind)kind, function, argument, handle, witness);
                }

                Returned(cache, owner, recorded, witness);
            }
            while (next != 0);
        }
#pragma warning disable CA1031 // C12: whatever a callback throws is counted and reported, and the next callback runs
        catch (Exception e)
#pragma warning restore CA1031
        {
            ThreadCache.Count(cache, Counter.CallbacksThrown);
            Faults.Report(cache->Pools->Serial, new Fence(handle), e);
            Returned(cache, owner, recorded, witness);
        }

        return next;
    }

    private static void InvokeOther(NodeKind kind, nint function, nint argument, ulong handle, CallbackWitness? witness)
    {
        if (kind is NodeKind.Native or NodeKind.Thunk)
        {
            ((delegate* unmanaged<ulong, nint, void>)function)(handle, argument);
            return;
        }

        DelegateTable.Take((int)argument, out Action<Fence, object?> callback, out object? state);
        witness?.Begin(handle, 0, callback);
        callback(new Fence(handle), state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Returned(ThreadCache* cache, uint owner, RecordRing* recorded, CallbackWitness? witness)
    {
        FenceTrace.CallEnd(recorded);
        witness?.End();
        if (owner != 0)
        {
            OwnedCode.Leave(((EngineBlock*)cache->Pools)->OwnedCode, owner);
        }
    }
}
