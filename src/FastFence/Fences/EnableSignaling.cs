using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>Telling the exporter that somebody is interested, and asking its hardware.</summary>
internal static unsafe class EnableSignaling
{
    private static readonly Lock s_setters = new();

    /// <summary>
    /// Calls the exporter's enable op, at most once a fence; "already passed" signals the fence here. Skipped where there is no
    /// op. Outside the caller's section; the op runs inside one of its own.
    /// </summary>
    public static void Enable(Fence fence)
    {
        FenceSlot* slot = fence.Slot;
        bool passed = false;
        Section.Enter();
        try
        {
            if (!FenceLife.IsCurrent(slot, fence.Generation) || slot->Timeline->Engine == null)
            {
                return;
            }

            ExporterBlock* exporter = slot->Timeline->Exporter;
            if (exporter->Ops.EnableSignaling == null || HeadWord.IsClosed(Atomic.LoadAcquire(ref FenceSlot.HeadOf(slot)))
                || Atomic.LoadAcquire(ref exporter->State) != (uint)ExporterState.Open
                || (Atomic.OrFull(ref slot->Flags, FenceFlags.Enabled) & FenceFlags.Enabled) != 0)
            {
                return;
            }

            ThreadCache* cache = Registry.CacheOf(&slot->Timeline->Engine->Pools);
            if (cache != null)
            {
                FenceTrace.Write(cache, RecordKind.FenceEnableSignal, slot);
            }

            passed = !exporter->Ops.EnableSignaling(FenceNames.ArgsOf(slot));
        }
        finally
        {
            Section.Exit();
        }

        if (passed)
        {
            new FenceSource(fence.Value).Signal();
        }
    }

    /// <summary>
    /// Has the fence passed, as far as head word and hardware tell? Changes no fence (C13): who polls has no right to retire, but a ring's
    /// poller that sleeps is asked to look.
    /// </summary>
    public static bool Poll(Fence fence)
    {
        if (fence.IsSignaled)
        {
            return true;
        }

        FenceSlot* slot = fence.Slot;
        Section.Enter();
        try
        {
            if (!FenceLife.IsCurrent(slot, fence.Generation) || HeadWord.IsClosed(Atomic.LoadAcquire(ref FenceSlot.HeadOf(slot))))
            {
                return true;
            }

            DeadlineHints.WakePoller(slot->Timeline);
            ExporterBlock* exporter = slot->Timeline->Exporter;
            return exporter->Ops.IsSignaled != null && exporter->Ops.IsSignaled(FenceNames.ArgsOf(slot));
        }
        finally
        {
            Section.Exit();
        }
    }

    /// <summary>
    /// Takes a deadline hint. The soonest wins, on the fence and on its timeline: what says nothing new ends here; else the timeline keeps
    /// it for its poller, who is woken, and the exporter's op is told.
    /// </summary>
    public static void SetDeadline(Fence fence, long deadline)
    {
        FenceSlot* slot = fence.Slot;
        long time = Math.Max(1, deadline);
        lock (s_setters)
        {
            Section.Enter();
            try
            {
                if (!FenceNames.IsPending(slot, fence.Generation) || !DeadlineHints.TryAdd(slot->Timeline, slot->Seqno, time))
                {
                    return;
                }

                DeadlineHints.WakePoller(slot->Timeline);
            }
            finally
            {
                Section.Exit();
            }
        }

        // Under no lock: the op may signal, and callbacks run then.
        Section.Enter();
        try
        {
            if (FenceNames.IsPending(slot, fence.Generation) && slot->Timeline->Exporter->Ops.SetDeadline != null)
            {
                slot->Timeline->Exporter->Ops.SetDeadline(FenceNames.ArgsOf(slot), time);
            }
        }
        finally
        {
            Section.Exit();
        }
    }
}
