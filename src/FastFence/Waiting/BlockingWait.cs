// A blocking wait: look, yield or spin, park. The waiter is a callback node with a futex word, so the push that registers it
// is also the Dekker against the signaller, and a signal that nobody sleeps for makes no system call (decision 9).
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Waiting;

/// <summary>The way of a waiting thread. May park; never inside a section.</summary>
internal static unsafe class BlockingWait
{
    /// <summary>Waits; see <see cref="FenceWaitExtensions.Wait(Fence, TimeSpan, CancellationToken)"/>.</summary>
    public static WaitResult Wait(Fence fence, TimeSpan timeout, CancellationToken token) =>
        Wait(fence, WaitTerms.Of(timeout, WaitHint.Auto, token));

    /// <summary>Waits on these terms.</summary>
    public static WaitResult Wait(Fence fence, in WaitTerms terms)
    {
        fence.ThrowIfNull();
        if (Checks.On && !terms.IsZero)
        {
            WaitChecks.Before(fence);
        }

        FenceStatus status = fence.Status;
        if (status.IsCompleted)
        {
            return new WaitResult(false, status);
        }

        terms.Token.ThrowIfCancellationRequested();
        if (terms.IsZero)
        {
            return WaitResult.TimedOut;
        }

        if (Section.IsInside())
        {
            Section.ThrowInside("A blocking wait");
        }

        if (!fence.TryAcquire(out FenceRef held))
        {
            return new WaitResult(false, FenceStatus.Stale);
        }

        WaitTerms started = terms.Started();
        ReaderRecord* reader = Registry.CurrentReader();
        bool online = Reader.TryLeave(reader); // never block while online: the reclaimers would wait for us
        Record(fence, RecordKind.FenceWaitStart);
        try
        {
            EnableSignaling.Enable(fence);
            ExporterWait.Wait(fence, started.Deadline);
            return fence.IsSignaled || Looking.Briefly(new FenceTarget(fence), terms.Hint)
                ? new WaitResult(false, fence.Status)
                : Park(fence, started);
        }
        finally
        {
            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }

            Record(fence, RecordKind.FenceWaitEnd);
            held.Dispose();
        }
    }

    // Our reference keeps the slot: its names and numbers stand, whatever has become of the exporter.
    internal static void Record(Fence fence, RecordKind kind)
    {
        Section.Enter();
        ThreadCache* cache = References.CacheOf(fence.Slot, fence.Generation);
        if (cache != null)
        {
            FenceTrace.Write(cache, kind, fence.Slot);
        }

        Section.Exit();
    }

    private static WaitResult Park(Fence fence, in WaitTerms terms)
    {
        Section.Enter();
        ThreadCache* cache = References.CacheOf(fence.Slot, fence.Generation);
        if (cache == null)
        {
            Section.Exit();
            return PollUntil(fence, terms);
        }

        // Counted inside the section: a teardown that signals our fence waits until we have left the node's memory.
        PoolSet* pools = cache->Pools;
        Atomic.AddFull(ref pools->Parked, 1);
        Section.Exit();
        try
        {
            return ParkCounted(cache, fence, terms);
        }
        finally
        {
            Atomic.AddFull(ref pools->Parked, uint.MaxValue);
        }
    }

    private static WaitResult ParkCounted(ThreadCache* cache, Fence fence, in WaitTerms terms)
    {
        ThreadCache.Count(cache, Counter.Waits);
        uint index = CallbackList.Take(cache);
        if (index == 0)
        {
            return PollUntil(fence, terms);
        }

        CallbackNode* node = CallbackNode.At(index);
        node->Function = 0;
        node->Argument = (nint)WaiterWord.Armed;
        node->Kind = (byte)NodeKind.Waiter;
        node->Owner = 0;
        uint generation = node->State & ~NodeState.Mask;
        Section.Enter();
        CallbackList.AddResult pushed = CallbackList.Push(cache, fence.Slot, fence.Generation, index);
        Section.Exit();
        if (pushed != CallbackList.AddResult.Added)
        {
            return new WaitResult(false, fence.Status);
        }

        bool woken = ParkedWaiter.Sleep(cache, new FenceTarget(fence), (uint*)&node->Argument, terms);
        if (!woken && TryRemove(cache, fence, index, generation))
        {
            terms.Token.ThrowIfCancellationRequested();
            ThreadCache.Count(cache, Counter.WaitsTimedOut);
            return WaitResult.TimedOut;
        }

        // Signaled: either it woke us, or it closed the fence before we could remove the node.
        if (woken || ParkedWaiter.TryTakeBack((uint*)&node->Argument))
        {
            CallbackList.Give(cache, index);
        }

        return new WaitResult(false, fence.Status);
    }

    private static bool TryRemove(ThreadCache* cache, Fence fence, uint node, uint generation)
    {
        Section.Enter();
        bool removed = CallbackList.Remove(cache, fence.Slot, fence.Generation, node, generation);
        Section.Exit();
        return removed;
    }

    // No node to park on: memory is at its bound.
    private static WaitResult PollUntil(Fence fence, in WaitTerms terms) =>
        Looking.Patiently(new FenceTarget(fence), terms) ? new WaitResult(false, fence.Status) : WaitResult.TimedOut;
}
