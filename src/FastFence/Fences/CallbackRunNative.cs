// Running callbacks on a poller. This file and what it calls touch native memory only: no managed statics, no allocation, no
// managed code. Native callbacks run here, the rest is handed to the dispatcher.
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>The poller's half of <see cref="CallbackRun"/>.</summary>
internal static unsafe class CallbackRunNative
{
    /// <summary>Runs what the poller's last signals put on its run list.</summary>
    public static void RunAll(ThreadCache* cache)
    {
        while (cache->RunHead != 0)
        {
            uint index = cache->RunHead;
            FenceSlot* fence = FenceSlot.At(index);
            uint first = Atomic.LoadPlain(&fence->Link);
            uint lastIndex = LastOf(first);
            cache->RunHead = lastIndex == cache->RunTail ? 0 : Atomic.LoadPlain(ref CallbackNode.At(lastIndex)->RunNext);
            RunFence(cache, index, fence, first, lastIndex);
        }
    }

    private static void RunFence(ThreadCache* cache, uint index, FenceSlot* fence, uint first, uint lastIndex)
    {
        ulong handle = CallbackRun.HandleOf(fence, index);
        for (uint i = first; ;)
        {
            CallbackNode* node = CallbackNode.At(i);
            if ((NodeKind)(node->Kind & ~CallbackNode.LastBit) != NodeKind.Native)
            {
                CallbackRun.HandOver(index, fence, i, CallbackNode.At(lastIndex));
                return;
            }

            uint next = Atomic.LoadPlain(&node->RunNext);
            nint function = node->Function;
            nint argument = node->Argument;
            uint owner = node->Owner;
            CallbackList.Give(cache, i);
            ThreadCache.Count(cache, Counter.CallbacksRun);
            ForeignCode before = ForeignCode.Enter(cache->Reader, ForeignKind.Callback, owner, handle, function, 0);
            RecordRing* recorded = FenceTrace.CallBegin(cache, fence, function);
            ((delegate* unmanaged<ulong, nint, void>)function)(handle, argument);
            FenceTrace.CallEnd(recorded);
            before.Exit(cache->Reader);
            if (owner != 0)
            {
                OwnedCode.Leave(((EngineBlock*)cache->Pools)->OwnedCode, owner);
            }

            if (i == lastIndex)
            {
                CallbackRun.Finish((EngineBlock*)cache->Pools, fence);
                return;
            }

            i = next;
        }
    }

    private static uint LastOf(uint index)
    {
        while ((CallbackNode.At(index)->Kind & CallbackNode.LastBit) == 0)
        {
            index = Atomic.LoadPlain(ref CallbackNode.At(index)->RunNext);
        }

        return index;
    }
}
