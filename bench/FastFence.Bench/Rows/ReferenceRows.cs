using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>Asking whether a fence is signaled, and holding it.</summary>
internal static class ReferenceRows
{
    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "is signaled, generation checked",
            Must = Must.Nanoseconds(0.7),
            Ours = IsSignaled,
            Peers = [IsCompleted, IsSet],
        },
        new()
        {
            Operation = "acquire + release a reference",
            Must = Must.Nanoseconds(11),
            Ours = AcquireRelease,
            Peers = [SafeHandle, .. PeersInC.Of("C textbook", "textbook_acquire_release", 1024)],
        },
        new()
        {
            Operation = "acquire from a shared slot + release",
            Must = Must.Nanoseconds(18),
            Ours = AcquireFromSlot,
            Peers = [IncrementUnlessZero],
        },
    ];

    // Eight in a row, so that the loop's own step does not count.
    private static LoopContender IsSignaled()
    {
        PendingFence pending = new();
        Fence fence = pending.Fence;
        return new LoopContender("FastFence", times =>
        {
            int signaled = 0;
            Fence f = fence;
            for (int i = 0; i < times; i += 8)
            {
                signaled += (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0)
                    + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0);
            }

            Sink.Sum += signaled;
        }, pending, 1024);
    }

    private static LoopContender IsCompleted()
    {
        TaskCompletionSource source = new();
        return new LoopContender("Task.IsCompleted", times =>
        {
            int completed = 0;
            Task t = source.Task;
            for (int i = 0; i < times; i += 8)
            {
                completed += (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0)
                    + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0);
            }

            Sink.Sum += completed;
        }, leastBatch: 1024);
    }

    private static LoopContender IsSet()
    {
        ManualResetEventSlim gate = new(false);
        return new LoopContender("ManualResetEventSlim.IsSet", times =>
        {
            int set = 0;
            ManualResetEventSlim g = gate;
            for (int i = 0; i < times; i += 8)
            {
                set += (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0)
                    + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0);
            }

            Sink.Sum += set;
        }, gate, 1024);
    }

    private static LoopContender AcquireRelease()
    {
        PendingFence pending = new();
        Fence fence = pending.Fence;
        return new LoopContender("FastFence", times =>
        {
            for (int i = 0; i < times; i++)
            {
                fence.TryAcquire(out FenceRef reference);
                reference.Dispose();
            }
        }, pending, 1024);
    }

    private static LoopContender SafeHandle()
    {
        NopHandle handle = new();
        return new LoopContender("SafeHandle.DangerousAddRef + Release", times =>
        {
            for (int i = 0; i < times; i++)
            {
                bool added = false;
                handle.DangerousAddRef(ref added);
                handle.DangerousRelease();
            }
        }, handle, 1024);
    }

    private static LoopContender AcquireFromSlot()
    {
        PendingFence pending = new();
        SharedWords slot = new(1);
        slot.Write(0, pending.Fence.Value);
        return new LoopContender("FastFence", times => AcquireFrom(slot, times), new Owned(pending, slot), 1024);
    }

    internal static unsafe void AcquireFrom(SharedWords slot, int times)
    {
        ref ulong word = ref *slot.At(0);
        for (int i = 0; i < times; i++)
        {
            Fence.TryAcquireFrom(ref word, out FenceRef reference);
            reference.Dispose();
        }
    }

    private static LoopContender IncrementUnlessZero()
    {
        SharedWords count = new(1);
        count.Write(0, 1);
        return new LoopContender("increment unless zero + decrement", times => CountLoop(count, times), count, 1024);
    }

    internal static unsafe void CountLoop(SharedWords count, int times)
    {
        ref ulong word = ref *count.At(0);
        for (int i = 0; i < times; i++)
        {
            if (TryIncrement(ref word))
            {
                Atomic.AddFull(ref word, ulong.MaxValue);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryIncrement(ref ulong word)
    {
        ulong seen = Atomic.LoadAcquire(ref word);
        while (seen != 0)
        {
            ulong found = Atomic.CompareExchangeFull(ref word, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }
}
