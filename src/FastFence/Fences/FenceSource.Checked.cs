using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence;

public readonly unsafe partial struct FenceSource
{
    // A lock that the signaller holds is one that the fence's waiters wait for: see OrderGraph.
    private static void CheckSignal(ulong value)
    {
        CheckedThread thread = CheckedThread.Current;
        Fence fence = new(value);
        if (thread.Held.Count == 0 || fence.IsSignaled || References.ClassOf(fence) is not { } timeline)
        {
            return;
        }

        foreach (Held held in thread.Held.Items)
        {
            if (held.Kind is HeldKind.Lock or HeldKind.Agent)
            {
                OrderGraph.Add(thread, OrderGraph.NodeOf(timeline), held.Node, null, held.Site);
            }
        }
    }

    // A source that is dropped unsignaled signals, unless a signal of it is recorded, or its fence has gone with the engine.
    private static void CheckDrop(ulong value)
    {
        Fence fence = new(value);
        if (FenceLife.IsCurrent(fence.Slot, fence.Generation) && !HeadWord.IsPromised(Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence.Slot))))
        {
            CheckSignal(value);
        }
    }

    private static void CheckError(Fence fence)
    {
        // Looked at once, before: an attempt that a signal overtakes is a race that the contract allows (C2).
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence.Slot));
        bool current = FenceLife.IsCurrent(fence.Slot, fence.Generation);
        if (current && !HeadWord.IsClosed(head) && !HeadWord.IsPromised(head))
        {
            return;
        }

        // What the engine ends by itself (watchdog, teardown, a lost device) its driver cannot know yet.
        if (current && HeadWord.IsClosed(head) && HeadWord.ClosedError(head) is uint error && error != 0
            && (error == FenceError.TimedOut.Magnitude || error == FenceError.TimelineClosed.Magnitude || error == FenceError.DeviceLost.Magnitude))
        {
            return;
        }

        Misuses.Report(
            MisuseKind.ErrorAfterSignal,
            $"An error was set on a fence{References.NameOf(fence)} that had signaled (contract C2): nobody will see it. Set it first, or give it to Signal.",
            null,
            References.SerialOf(fence));
    }

    // The source is one reference, so one bit of the fence says whether it has been given back. A handle that is stale is refused and
    // counted behind this: its engine may have been disposed, which is no misuse (C22).
    private static bool TryDisposeOnce(ulong value)
    {
        Fence fence = new(value);
        Section.Enter();
        bool again = FenceLife.IsCurrent(fence.Slot, fence.Generation)
            && (Atomic.OrFull(ref fence.Slot->Flags, FenceFlags.SourceDisposed) & FenceFlags.SourceDisposed) != 0;
        Section.Exit();
        if (again)
        {
            Misuses.Report(
                MisuseKind.DoubleRelease,
                $"A FenceSource{References.NameOf(fence)} was disposed twice (contract C21): unchecked, the second time takes somebody else's reference.",
                null,
                References.SerialOf(fence));
        }

        return !again;
    }
}
