// Running callbacks on a managed thread: a signaller's own, or the dispatcher. Outside any section, under no lock (C12).
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>The managed half of <see cref="CallbackRun"/>; a poller never comes here.</summary>
internal static unsafe class CallbackInvoke
{
    /// <summary>Runs everything on the thread's run list, and what is added to it meanwhile.</summary>
    public static void RunAll(ThreadCache* cache)
    {
        if (cache->Running != 0)
        {
            return; // the frame below us runs it: iteration, never recursion (C12)
        }

        cache->Running = 1;
        while (cache->RunHead != 0)
        {
            RunFence(cache, cache->RunHead, popRunList: true);
        }

        LateSlots.Settle(cache);
        cache->Running = 0;
    }

    /// <summary>Runs what a poller handed over; how many fences. Dispatcher only.</summary>
    public static int RunHandedOver(ThreadCache* cache)
    {
        EngineBlock* engine = (EngineBlock*)cache->Pools;
        uint oldest = Reverse(engine->Dispatch.TakeAll());
        int fences = 0;
        cache->Running = 1;
        while (oldest != 0)
        {
            uint index = oldest;
            oldest = LastOf(index)->RunNext;
            RunFence(cache, index, popRunList: false);

            // What the callbacks signaled runs before the next fence of the queue, as it would have inline.
            while (cache->RunHead != 0)
            {
                RunFence(cache, cache->RunHead, popRunList: true);
            }

            fences++;
        }

        LateSlots.Settle(cache);
        cache->Running = 0;
        return fences;
    }

    private static uint Reverse(uint newest)
    {
        uint oldest = 0;
        while (newest != 0)
        {
            CallbackNode* last = LastOf(newest);
            uint next = last->RunNext;
            last->RunNext = oldest;
            oldest = newest;
            newest = next;
        }

        return oldest;
    }

    private static CallbackNode* LastOf(uint index)
    {
        CallbackNode* node = CallbackNode.At(Atomic.LoadPlain(ref FenceSlot.At(index)->Link));
        while ((node->Kind & CallbackNode.LastBit) == 0)
        {
            node = CallbackNode.At(node->RunNext);
        }

        return node;
    }

    private static void RunFence(ThreadCache* cache, uint index, bool popRunList)
    {
        // Looked at before: after its last callback a fence that nobody holds is not ours to look at.
        FenceSlot* fence = FenceSlot.At(index);
        bool owned = (Atomic.LoadAcquire(ref fence->Flags) & FenceFlags.RunReference) != 0;
        ulong handle = CallbackRun.HandleOf(fence, index);
        RunChain(cache, fence, handle, popRunList);
        if (owned)
        {
            FenceLife.Release(cache, index, fence, (uint)(handle >> 32));
        }
    }

    private static void RunChain(ThreadCache* cache, FenceSlot* fence, ulong handle, bool popRunList)
    {
        for (uint i = Atomic.LoadPlain(ref fence->Link); ;)
        {
            CallbackNode* node = CallbackNode.At(i);
            uint next = Atomic.LoadPlain(ref node->RunNext);
            bool last = (node->Kind & CallbackNode.LastBit) != 0;
            if (last && popRunList)
            {
                // The link behind the last node is the next fence; taken before the callback may add one.
                cache->RunHead = i == cache->RunTail ? 0 : next;
            }

            NodeKind kind = (NodeKind)(node->Kind & ~CallbackNode.LastBit);
            nint function = node->Function;
            nint argument = node->Argument;
            uint owner = node->Owner;
            CallbackList.Give(cache, i);
            Invoke(cache, kind, function, argument, handle, owner);
            if (owner != 0)
            {
                OwnedCode.Leave(((EngineBlock*)cache->Pools)->OwnedCode, owner);
            }

            if (last)
            {
                CallbackRun.Finish(fence);
                return;
            }

            i = next;
        }
    }

    private static void Invoke(ThreadCache* cache, NodeKind kind, nint function, nint argument, ulong handle, uint owner)
    {
        cache->Counters.Increment(Counter.CallbacksRun);
        ForeignCode before = ForeignCode.Enter(cache->Reader, ForeignKind.Callback, owner, handle, function, 0);
        try
        {
            switch (kind)
            {
                case NodeKind.Native:
                    ((delegate* unmanaged<ulong, nint, void>)function)(handle, argument);
                    break;
                case NodeKind.Managed:
                    ((delegate*<Fence, nint, void>)function)(new Fence(handle), argument);
                    break;
                default:
                    DelegateTable.Take((int)argument, out Action<Fence, object?> callback, out object? state);
                    callback(new Fence(handle), state);
                    break;
            }
        }
#pragma warning disable CA1031 // C12: whatever a callback throws is counted and reported, and the next callback runs
        catch (Exception e)
#pragma warning restore CA1031
        {
            cache->Counters.Increment(Counter.CallbacksThrown);
            Faults.Report(cache->Pools->Serial, new Fence(handle), e);
        }
        finally
        {
            before.Exit(cache->Reader);
        }
    }
}
