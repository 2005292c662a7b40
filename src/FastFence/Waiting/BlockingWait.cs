// A blocking wait: look, yield or spin, park. The waiter is a callback node with a futex word, so the push that registers it
// is also the Dekker against the signaller, and a signal that nobody sleeps for makes no system call (decision 9).
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>The way of a waiting thread. May park; never inside a section.</summary>
internal static unsafe partial class BlockingWait
{
    // A wake that got lost (a bug, or a hypervisor's) costs at most this, and is counted.
    private const long SafetyPollNanoseconds = 100_000_000;

    // Longer than a hand-over between cores (0.2 µs), shorter than a park and wake (5 µs): decision 9.
    private const long SpinNanoseconds = 3_000;

    private const int YieldsWhenCoresAreScarce = 2;

    /// <summary>Waits; see <see cref="FenceWaitExtensions.Wait(Fence, TimeSpan, CancellationToken)"/>.</summary>
    public static WaitResult Wait(Fence fence, TimeSpan timeout, CancellationToken token)
    {
        fence.ThrowIfNull();
        if (Checks.On && timeout != TimeSpan.Zero)
        {
            Check(fence);
        }

        FenceStatus status = fence.Status;
        if (status.IsCompleted)
        {
            return new WaitResult(false, status);
        }

        token.ThrowIfCancellationRequested();
        if (timeout == TimeSpan.Zero)
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

        long deadline = timeout == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : (long)Math.Min(MonotonicClock.Nanoseconds + timeout.TotalNanoseconds, long.MaxValue / 2d);
        ReaderRecord* reader = Registry.CurrentReader();
        bool online = Reader.TryLeave(reader); // never block while online: the reclaimers would wait for us
        try
        {
            EnableSignaling.Enable(fence);
            ExporterWait.Wait(fence, deadline);
            status = fence.Status;
            return status.IsCompleted || SpinOrYield(fence, ref status)
                ? new WaitResult(false, status)
                : Park(fence, deadline, token);
        }
        finally
        {
            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }

            held.Dispose();
        }
    }

    private static bool SpinOrYield(Fence fence, ref FenceStatus status)
    {
        if (Cpu.UsableCores > 2)
        {
            long until = MonotonicClock.Nanoseconds + SpinNanoseconds;
            while (MonotonicClock.Nanoseconds < until)
            {
                for (int i = 0; i < 8; i++)
                {
                    Cpu.Pause();
                    if (fence.IsSignaled)
                    {
                        status = fence.Status;
                        return true;
                    }
                }
            }

            return false;
        }

        for (int i = 0; i < YieldsWhenCoresAreScarce; i++)
        {
            CurrentThread.Yield();
            if (fence.IsSignaled)
            {
                status = fence.Status;
                return true;
            }
        }

        return false;
    }

    private static WaitResult Park(Fence fence, long deadline, CancellationToken token)
    {
        Section.Enter();
        ThreadCache* cache = References.CacheOf(fence.Slot, fence.Generation);
        if (cache == null)
        {
            Section.Exit();
            return PollUntil(fence, deadline, token);
        }

        // Counted inside the section: a teardown that signals our fence waits until we have left the node's memory.
        PoolSet* pools = cache->Pools;
        Atomic.AddFull(ref pools->Parked, 1);
        Section.Exit();
        try
        {
            return ParkCounted(cache, fence, deadline, token);
        }
        finally
        {
            Atomic.AddFull(ref pools->Parked, uint.MaxValue);
        }
    }

    private static WaitResult ParkCounted(ThreadCache* cache, Fence fence, long deadline, CancellationToken token)
    {
        cache->Counters.Increment(Counter.Waits);
        uint index = CallbackList.Take(cache);
        if (index == 0)
        {
            return PollUntil(fence, deadline, token);
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

        bool woken = ParkedWaiter.Sleep(cache, fence, (uint*)&node->Argument, deadline, token);
        if (!woken && TryRemove(cache, fence, index, generation))
        {
            token.ThrowIfCancellationRequested();
            cache->Counters.Increment(Counter.WaitsTimedOut);
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

    // No node to park on: memory is at its bound. Yielding is slow but right.
    private static WaitResult PollUntil(Fence fence, long deadline, CancellationToken token)
    {
        while (!fence.IsSignaled)
        {
            token.ThrowIfCancellationRequested();
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return WaitResult.TimedOut;
            }

            CurrentThread.Yield();
        }

        return new WaitResult(false, fence.Status);
    }

    /// <summary>Longest sleep between two looks.</summary>
    internal static long NextLook(long deadline) => Math.Min(deadline, MonotonicClock.Nanoseconds + SafetyPollNanoseconds);
}
