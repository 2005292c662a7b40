// The one file with the order in which things end:
//
//   stop emitting ─► (grace) ─► device quiet ─► complete with error ─► stop poller ─► dispatcher empty ─► readers offline
//   ─► reclaim barrier ─► report what is still held ─► handles refused ─► (grace) ─► decommit
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Rings;

namespace FastFence;

/// <summary>Ends of timelines, rings, exporters. Blocking; refused inside access sections.</summary>
internal static unsafe class Teardown
{
    private static readonly TimeSpan s_graceLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_quiesceLimit = TimeSpan.FromSeconds(5);

    /// <summary>Closes a timeline; a ring's timeline closes the ring.</summary>
    public static void CloseTimeline(Timeline timeline, FenceError error)
    {
        Section.ThrowBeforeGrace("Closing a timeline");
        FenceRing? ring;
        lock (timeline.Exporter.Engine.Gate)
        {
            ring = timeline.Exporter.Rings.Find(r => r.Timeline == timeline);
        }

        if (ring != null)
        {
            CloseRing(ring, error);
            return;
        }

        Section.Enter();
        bool first = !timeline.IsFreed && Atomic.ExchangeFull(ref timeline.Block->Closed, 1) == 0;
        Section.Exit();
        if (first)
        {
            GracePeriod.TrySynchronize(s_graceLimit); // no create is in flight
            FenceScan.SignalPending(timeline.Exporter.Engine.Block, timeline.Block, null, error);
        }
    }

    /// <summary>Completes a ring's outstanding fences with an error, once its device is quiet.</summary>
    public static bool FailRing(FenceRing ring, FenceError error)
    {
        Section.ThrowBeforeGrace("Failing a ring");
        RingBlock* block = ring.Block;
        lock (ring)
        {
            if (ring.HasEnded)
            {
                return true;
            }

            // Nothing new from here on, so that the device is brought to rest for all there is.
            Atomic.CompareExchangeFull(ref block->State, (uint)RingState.Stopping, (uint)RingState.Running);
            GracePeriod.TrySynchronize(s_graceLimit); // no emit is in flight

            // C3: nothing completes before the device is known to write no more.
            if (ring.Outstanding != 0 && ring.Device != null && !ring.Device.Quiesce(s_quiesceLimit))
            {
                Atomic.CompareExchangeFull(ref block->State, (uint)RingState.Running, (uint)RingState.Stopping);
                ring.Exporter.Engine.Notify(
                    NotificationKind.RingFaulted,
                    $"The device of ring context {ring.Timeline.Context} did not come to rest within {s_quiesceLimit.TotalSeconds} s: its fences stay pending, its memory stays. Revoke its mapping or end its process.");
                return false;
            }

            block->FailError = error.Magnitude;
            Atomic.ExchangeFull(ref block->State, (uint)RingState.Failing); // [RING-FAULT]
            DrainFailing(ring);
            Atomic.StoreRelease(ref block->State, (uint)RingState.Closed);
            ring.HasEnded = true;
            return true;
        }
    }

    private static void DrainFailing(FenceRing ring)
    {
        FencePoller poller = ring.Exporter.Engine.Poller;
        while (ring.Outstanding != 0)
        {
            RingDoorbell.WakePoller(ring.Block);
            if (!poller.IsRunning)
            {
                poller.DoWork();
            }
            else
            {
                Nap.For(20_000);
            }
        }
    }

    private static bool CloseRing(FenceRing ring, FenceError error)
    {
        if (!FailRing(ring, error))
        {
            return false;
        }

        FenceEngine engine = ring.Exporter.Engine;
        lock (engine.Gate)
        {
            if (ring.Exporter.Rings.Remove(ring))
            {
                Atomic.StoreRelease(ref ring.Timeline.Block->Closed, 1);
                engine.Poller.Remove(ring);
                ring.Exporter.ClosedRings.Add(ring);
            }
        }

        return true;
    }

    /// <summary>Takes an exporter away (C17).</summary>
    public static void CloseExporter(Exporter exporter, FenceError error)
    {
        ExporterBlock* block = exporter.Block;
        FenceEngine engine = exporter.Engine;

        // [UNLOAD-CLOSE] full: marked before the grace period and before the sleepers are counted. Pairs with [SLEEP-ENTER]. Without
        // it a thread enters the exporter's code after we have looked.
        Atomic.ExchangeFull(ref block->State, (uint)ExporterState.Closing);

        List<Timeline> timelines;
        List<FenceRing> rings;
        lock (engine.Gate)
        {
            timelines = [.. exporter.Timelines];
            rings = [.. exporter.Rings];
            foreach (Timeline t in timelines)
            {
                Atomic.StoreRelease(ref t.Block->Closed, 1);
            }
        }

        // A reader that is late here may be a create or an enable in flight: then the data stays (see below).
        bool quiet = GracePeriod.TrySynchronize(s_graceLimit);
        foreach (FenceRing ring in rings)
        {
            quiet &= CloseRing(ring, error);
        }

        FenceScan.SignalPending(engine.Block, null, block, error);
        quiet &= WaitForSleepers(exporter);
        quiet &= GracePeriod.TrySynchronize(s_graceLimit);
        if (quiet)
        {
            ReleaseData(exporter);
            WaitForRelease(exporter);
            Atomic.StoreRelease(ref block->State, (uint)ExporterState.Closed);
        }

        // Otherwise its data stays: never freed while a device may write it or a sleeper is in its code (C3, C17, fault 33). The
        // housekeeper releases it with the exporter's last ring and timeline.
        engine.KeepUntilFreed(exporter);
    }

    private static bool WaitForSleepers(Exporter exporter)
    {
        ExporterBlock* block = exporter.Block;
        long deadline = MonotonicClock.After(s_graceLimit);
        while (Atomic.LoadAcquire(ref block->Sleepers) != 0)
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                exporter.Engine.Notify(
                    NotificationKind.HeldAtDispose,
                    $"Exporter '{exporter.DriverName}': {block->Sleepers} threads stay inside its Wait op although CancelWait was called for {s_graceLimit.TotalSeconds} s; its data is not released.");
                return false;
            }

            if (block->Ops.CancelWait != null)
            {
                block->Ops.CancelWait(block->PrivateData);
            }

            Nap.For(100_000);
        }

        return true;
    }

    /// <summary>Stages the exporter's release op, once: it runs on the reclaimer after a grace period (C15).</summary>
    public static void ReleaseData(Exporter exporter)
    {
        ExporterBlock* block = exporter.Block;
        if (block->Ops.Release != null && Atomic.CompareExchangeFull(ref block->ReleaseStaged, 1, 0) == 0)
        {
            PrivateHeap.Retire(exporter.Engine.Block, block->PrivateData, (nint)block->Ops.Release, 0, 0, &block->Released);
        }
    }

    // Whoever closes the exporter waits for its release op, unless it is the reclaimer itself.
    private static void WaitForRelease(Exporter exporter)
    {
        ExporterBlock* block = exporter.Block;
        long deadline = MonotonicClock.After(s_graceLimit);
        while (block->Ops.Release != null && Atomic.LoadAcquire(ref block->Released) == 0 && !exporter.Engine.IsHousekeeper)
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                exporter.Engine.Notify(
                    NotificationKind.HeldAtDispose,
                    $"Exporter '{exporter.DriverName}': its Release op has not returned {s_graceLimit.TotalSeconds} s after closing: a reader is late, or the op blocks.");
                return;
            }

            Nap.For(200_000);
        }
    }

    /// <summary>Frees a timeline whose last fence has gone through its grace period; true when it was due.</summary>
    public static bool TryFree(FenceEngine engine, Timeline timeline, FenceRing? ring)
    {
        TimelineBlock* block = timeline.Block;
        ulong created = Atomic.LoadAcquire(ref block->LastSeqno) - block->StartSeqno - Atomic.LoadAcquire(ref block->Skipped);
        if (Atomic.LoadAcquire(ref block->Closed) == 0 || Atomic.LoadAcquire(ref block->Completed) != Atomic.LoadAcquire(ref block->LastSeqno)
            || Atomic.LoadAcquire(ref block->Reclaimed) != created)
        {
            return false;
        }

        timeline.MarkFreed();
        NameTable.Release(block->DriverName);
        NameTable.Release(block->TimelineName);
        PrivateHeap.Retire(engine.Block, 0, 0, (nint)block, sizeof(TimelineBlock));

        if (ring != null)
        {
            ring.Consumer.Detach();
            RingMemory.Retire(ring.Block);
        }

        return true;
    }

    /// <summary>Frees a timeline at once: it was never used, or nobody can reach it any more.</summary>
    public static void FreeTimeline(TimelineBlock* block)
    {
        NameTable.Release(block->DriverName);
        NameTable.Release(block->TimelineName);
        BlockHeap.Free(block, sizeof(TimelineBlock));
    }
}
