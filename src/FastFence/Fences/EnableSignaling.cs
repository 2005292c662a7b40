using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>Telling the exporter that somebody is interested, and asking its hardware.</summary>
internal static unsafe class EnableSignaling
{
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
            if (exporter->Ops.EnableSignaling == null || HeadWord.IsClosed(Atomic.LoadAcquire(ref slot->Head))
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

    /// <summary>Has the fence passed, as far as head word and hardware tell? No side effects (C13).</summary>
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
            if (!FenceLife.IsCurrent(slot, fence.Generation) || HeadWord.IsClosed(Atomic.LoadAcquire(ref slot->Head)))
            {
                return true;
            }

            ExporterBlock* exporter = slot->Timeline->Exporter;
            return exporter->Ops.IsSignaled != null && exporter->Ops.IsSignaled(FenceNames.ArgsOf(slot));
        }
        finally
        {
            Section.Exit();
        }
    }

    /// <summary>Forwards a deadline hint; the soonest stays with the timeline.</summary>
    public static void SetDeadline(Fence fence, long deadline)
    {
        FenceSlot* slot = fence.Slot;
        Section.Enter();
        try
        {
            if (!FenceLife.IsCurrent(slot, fence.Generation) || HeadWord.IsClosed(Atomic.LoadAcquire(ref slot->Head)))
            {
                return;
            }

            TimelineBlock* timeline = slot->Timeline;
            ulong asked = (ulong)Math.Max(1, deadline);
            ulong seen = Atomic.LoadAcquire(ref timeline->Deadline);
            while (seen == 0 || asked < seen)
            {
                ulong found = Atomic.CompareExchangeFull(ref timeline->Deadline, asked, seen);
                if (found == seen)
                {
                    break;
                }

                seen = found;
            }

            if (timeline->Exporter->Ops.SetDeadline != null)
            {
                timeline->Exporter->Ops.SetDeadline(FenceNames.ArgsOf(slot), deadline);
            }
        }
        finally
        {
            Section.Exit();
        }
    }
}
