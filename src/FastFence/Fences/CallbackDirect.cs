// The short way from a signal to its callbacks: one pass over the list, inside the signal's section, copies what is to be called to the signaller's
// stack and gives the nodes up; then the calls, outside. The other way (CallbackRun, CallbackInvoke) goes over the nodes twice and takes leave of each by
// itself, since between two calls it must not hold anything that a callback may change; a copy cannot be changed.
//
// Only what is plain goes this way: managed callbacks of nobody's code, few enough for the stack, none removed, on a thread that runs none, with the
// timeline's callback turn free. The pass leaves off at the first node that is not, and CallbackRun goes on from there: what the pass has claimed so far is
// linked as it would have been, and not given up yet.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Gathering and running the callbacks of one fence. The thread that closed it; never blocks, but in a callback.</summary>
internal static unsafe class CallbackDirect
{
    /// <summary>Most callbacks that go this way: a kilobyte of the signaller's stack.</summary>
    public const int Most = 64;

    /// <summary>What <see cref="PushesOf"/> is of a callback that is the only one the fence has ever had.</summary>
    public const uint Alone = 1;

    /// <summary>A function and its argument; without a function the argument is a delegate's entry.</summary>
    public struct Call
    {
        public nint Function;
        public nint Argument;
    }

    /// <summary>Room for what is to be called, filled from its end: the list is newest first.</summary>
    [InlineArray(Most)]
    public struct Calls
    {
        private Call _first;
    }

    /// <summary>How far a pass came that met a callback for the other way.</summary>
    public struct Pass
    {
        /// <summary>The first node not gathered.</summary>
        public uint Next;

        /// <summary>The oldest one gathered, leading to the newer ones; 0 = none is.</summary>
        public uint First;
    }

    /// <summary>
    /// May the callbacks of a fence just closed go this way, as far as can be told before they are looked at? The caller holds the timeline's signalling
    /// turn. Inside a section.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayRun(ThreadCache* cache, TimelineBlock* timeline) =>

        // In foreign code is every thread that runs callbacks, of whatever engine: then they go on the run list (C12).
        (cache->SignalNested | cache->Reader->InForeignCode | (timeline->Flags & TimelineFlags.HandsOver)) == 0
        && cache->Record == 0 && CallbackTurn.IsIdle(timeline);

    /// <summary>How many callbacks were ever pushed up to this one, so at least as many as there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint PushesOf(uint newest) => Atomic.LoadPlain(&CallbackNode.At(newest)->RunNext);

    /// <summary>Most pushes of a fence whose callbacks can go this way at the moment. <see cref="Alone"/> always can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MostNow(ThreadCache* cache) => Math.Min(Most, SlotCache.Room(cache, &cache->Nodes));

    /// <summary>
    /// Claims callbacks, newest first, writes them before <paramref name="end"/> and gives their nodes up; how many. 0 where one is for the other way: then the
    /// nodes before it are claimed, linked, and not given up. After <see cref="MayRun"/>, in the same section.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint Gather(ThreadCache* cache, uint newest, Call* end, Pass* pass)
    {
        Bag* bag = (Bag*)Atomic.LoadPlain(&cache->Nodes.Staging);
        uint staged = bag->Count;
        uint* item = Bag.ItemsOf(bag) + staged;
        uint first = 0;
        uint index = newest;
        Call* call = end;
        do
        {
            CallbackNode* node = CallbackNode.At(index);
            if (!TryClaim(node))
            {
                pass->Next = index;
                pass->First = first;
                return 0;
            }

            Atomic.StorePlain(&node->RunNext, first);
            call--;
            call->Function = node->Function;
            call->Argument = node->Argument;
            Atomic.StorePlain(ref *item++, index);
            first = index;
            index = Atomic.LoadAcquire(ref CallbackNode.NextOf(node));
        }
        while (index != 0);

        uint count = (uint)(end - call);
        ((ulong*)&cache->Counters)[(int)Counter.NodesReleased] += count;
        Atomic.StoreRelease(&bag->Count, staged + count); // [STAGE-PUT]
        if (cache->BagCapacity - staged < 2 * count)
        {
            // No room for as many again: sealed now, or those would have to go the other way.
            SlotCache.Seal<CallbackKind>(cache, &cache->Nodes, &cache->Pools->Nodes);
        }

        return count;
    }

    /// <summary>Claims a node; false where it is for the other way, and is as it was then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryClaim(CallbackNode* node)
    {
        uint state = Atomic.LoadAcquire(ref CallbackNode.StateOf(node)); // [CB-CLAIM]
        if ((state & NodeState.Mask) != NodeState.Pending || !CallbackNode.IsOwnerless(node))
        {
            return false;
        }

        Atomic.StoreRelease(ref CallbackNode.StateOf(node), state + (NodeState.Done - NodeState.Pending)); // [CB-CLAIM]
        return true;
    }

    /// <summary>Runs one. Outside any section; the thread runs callbacks, says its cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunOne(ThreadCache* cache, ReaderRecord* reader, ulong handle, nint function, nint argument)
    {
        ForeignCode.EnterOutermost(reader, ForeignKind.Callback, handle);
        Atomic.StorePlain(&reader->ForeignFunction, function);
        ThreadCache.Count(cache, Counter.CallbacksRun);
        try
        {
            if (function != 0)
            {
                ((delegate*<Fence, nint, void>)function)(new Fence(handle), argument);
            }
            else
            {
                RunDelegate((int)argument, handle);
            }
        }
#pragma warning disable CA1031 // C12: whatever a callback throws is counted and reported
        catch (Exception e)
#pragma warning restore CA1031
        {
            Threw(cache, handle, e);
        }

        ForeignCode.ExitOutermost(reader);
    }

    /// <summary>Runs what was gathered. Outside any section; the thread runs callbacks, says its cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunAll(ThreadCache* cache, ReaderRecord* reader, ulong handle, Call* from, Call* end)
    {
        ForeignCode.EnterOutermost(reader, ForeignKind.Callback, handle);
        do
        {
            from = Run(cache, reader, handle, from, end);
        }
        while (from != end);

        ForeignCode.ExitOutermost(reader);
    }

    // Calls one after the other; one that throws is reported and ends it, and the next one is returned. Outside any section. One try for all of them:
    // entering one costs as much as a callback of nothing.
    private static Call* Run(ThreadCache* cache, ReaderRecord* reader, ulong handle, Call* from, Call* end)
    {
        Call* next = from;
        try
        {
            do
            {
                nint function = next->Function;
                nint argument = next->Argument;
                next++;
                ThreadCache.Count(cache, Counter.CallbacksRun);
                Atomic.StorePlain(&reader->ForeignFunction, function);
                if (function != 0)
                {
                    ((delegate*<Fence, nint, void>)function)(new Fence(handle), argument);
                }
                else
                {
                    RunDelegate((int)argument, handle);
                }
            }
            while (next != end);
        }
#pragma warning disable CA1031 // C12: whatever a callback throws is counted and reported, and the next callback runs
        catch (Exception e)
#pragma warning restore CA1031
        {
            Threw(cache, handle, e);
        }

        return next;
    }

    // Not in line: what it uses would be kept in registers that each call saves.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Threw(ThreadCache* cache, ulong handle, Exception e)
    {
        ThreadCache.Count(cache, Counter.CallbacksThrown);
        Faults.Report(cache->Pools->Serial, new Fence(handle), e);
    }

    private static void RunDelegate(int entry, ulong handle)
    {
        DelegateTable.Take(entry, out Action<Fence, object?> callback, out object? state);
        callback(new Fence(handle), state);
    }
}
