// The one file with the order in which things end:
//
//   stop emitting ─► (grace) ─► device quiet ─► complete with error ─► stop poller ─► dispatcher empty ─► readers offline
//   ─► reclaim barrier ─► report what is still held ─► handles refused ─► (grace) ─► decommit
//
// and of an exporter, whose code is unloaded at the end (C17): EndUse and EndCode below, one line a step.
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
    /// <summary>How long an end waits for a grace period.</summary>
    public static readonly TimeSpan GraceLimit = TimeSpan.FromSeconds(10);

    // A turn takes microseconds; a poller that stands still longer has the watchdog's attention.
    private static readonly TimeSpan s_turnLimit = TimeSpan.FromSeconds(1);

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
            CloseRing(ring, error, s_quiesceLimit, long.MaxValue);
            return;
        }

        Section.Enter();
        bool first = !timeline.IsFreed && !timeline.TryCloseUnused() && Atomic.ExchangeFull(ref timeline.Block->Closed, TimelineClosed.Yes) == 0;
        Section.Exit();
        if (first)
        {
            GracePeriod.TrySynchronize(GraceLimit); // no create is in flight
            FenceScan.SignalPending(timeline.Exporter.Engine.Block, timeline.Block, null, error, GraceLimit, apart: false);
        }
    }

    /// <summary>Completes a ring's outstanding fences with an error, once its device is quiet.</summary>
    public static bool FailRing(FenceRing ring, FenceError error) => FailRing(ring, error, s_quiesceLimit, long.MaxValue);

    private static bool FailRing(FenceRing ring, FenceError error, TimeSpan quiesceLimit, long deadline)
    {
        Section.ThrowBeforeGrace("Failing a ring");
        long left = deadline == long.MaxValue ? Timeout.Infinite : Math.Max(0, deadline - MonotonicClock.Nanoseconds) / 1_000_000;
        if (!Monitor.TryEnter(ring, (int)Math.Min(left, int.MaxValue)))
        {
            return false; // somebody else is at it, and waits for the device or the poller
        }

        try
        {
            if (ring.HasEnded)
            {
                return true;
            }

            if (!TryBringToRest(ring, quiesceLimit) || !EndOutstanding(ring, error, deadline))
            {
                return false;
            }

            Atomic.StoreRelease(ref ring.Block->State, (uint)RingState.Closed);
            ring.HasEnded = true;
            return true;
        }
        finally
        {
            Monitor.Exit(ring);
        }
    }

    /// <summary>Nothing new on the ring, and its device writes no more for it; false when the device did not come to rest: it goes on then. Under the ring's lock.</summary>
    public static bool TryBringToRest(FenceRing ring, TimeSpan quiesceLimit)
    {
        RingBlock* block = ring.Block;

        // Nothing new from here on, so that the device is brought to rest for all there is.
        Atomic.CompareExchangeFull(ref block->State, (uint)RingState.Stopping, (uint)RingState.Running);
        GracePeriod.TrySynchronize(GraceLimit); // no emit is in flight

        // C3: nothing completes before the device is known to write no more. Shared memory is left only when it is.
        if ((ring.Outstanding == 0 && block->IsShared == 0) || ring.Device == null || ring.Device.Quiesce(quiesceLimit))
        {
            return true;
        }

        Atomic.CompareExchangeFull(ref block->State, (uint)RingState.Running, (uint)RingState.Stopping);
        ring.Exporter.Engine.Notify(
            NotificationKind.RingFaulted,
            $"The device of ring context {ring.Timeline.Context} did not come to rest within {quiesceLimit.TotalSeconds} s: its fences stay pending, its memory stays. Revoke its mapping or end its process.",
            facts: EventFacts.Of(ring.Timeline));
        return false;
    }

    /// <summary>Ends what is outstanding with an error, what the device has reported excepted. Its device is quiet. Under the ring's lock.</summary>
    public static bool EndOutstanding(FenceRing ring, FenceError error, long deadline = long.MaxValue)
    {
        ring.Block->FailError = error.Magnitude;
        Atomic.ExchangeFull(ref ring.Block->State, (uint)RingState.Failing); // [RING-FAULT]
        PollerWake.Attend(ring.Block->Wake);
        return DrainFailing(ring, deadline);
    }

    private static bool DrainFailing(FenceRing ring, long deadline)
    {
        FencePoller poller = ring.Exporter.Engine.Poller;
        while (ring.Outstanding != 0)
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }

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

        return true;
    }

    /// <summary>Closes a ring within limits; false when its device or the poller did not come to an end.</summary>
    public static bool CloseRing(FenceRing ring, FenceError error, TimeSpan quiesceLimit, long deadline)
    {
        if (!FailRing(ring, error, quiesceLimit, deadline))
        {
            return false;
        }

        FenceEngine engine = ring.Exporter.Engine;
        ulong removed = 0;
        lock (engine.Gate)
        {
            if (ring.Exporter.Rings.Remove(ring))
            {
                Atomic.StoreRelease(ref ring.Timeline.Block->Closed, 1);
                engine.Poller.Remove(ring);
                ring.Exporter.ClosedRings.Add(ring);
                removed = Domain.Stamp(Domain.Process);
            }
        }

        return removed == 0 || engine.Poller.AwaitTurn(removed, s_turnLimit);
    }

    /// <summary>
    /// Steps 1 to 6 of an exporter's end (C17): afterwards nobody enters its ops, and nobody is inside. What is held up goes on with what
    /// does not depend on it, so that as many fences as possible end.
    /// </summary>
    public static bool EndUse(ExporterUnload unload)
    {
        bool done = unload.Grace(UnloadStep.Creation) // (2) no create or enable is in flight; (1) was done when the attempt began
            && (unload.EndRings() & unload.SignalPending()); // (3)
        unload.WakeSleepers(); // (4)
        return done
            && unload.Grace(UnloadStep.GracePeriod) // (5)
            && unload.WaitForSleepers(); // (6)
    }

    /// <summary>Steps 7 to 9: nothing of its code is registered or runs, and it is unloaded.</summary>
    public static bool EndCode(ExporterUnload unload) =>
        unload.EndCallbacks() // (7)
        && unload.EndDestructors() // (8)
        && unload.UnloadCode(); // (9)

    /// <summary>Step 1: nothing new from here on.</summary>
    public static void MarkClosing(Exporter exporter)
    {
        SleepableCount.Close(exporter.Block);
        exporter.OwnerIfAny?.Close();
        foreach (Timeline t in exporter.Timelines)
        {
            if (!t.TryCloseUnused())
            {
                Atomic.StoreRelease(ref t.Block->Closed, TimelineClosed.Yes);
            }
        }
    }

    /// <summary>Stages the exporter's release op, once: it runs on the reclaimer after a grace period (C15). True when it is staged now.</summary>
    public static bool ReleaseData(Exporter exporter)
    {
        ExporterBlock* block = exporter.Block;
        if (block->Ops.Release == null || Atomic.CompareExchangeFull(ref block->ReleaseStaged, 1, 0) != 0)
        {
            return false;
        }

        DestructorCount.Enter(block);
        PrivateHeap.Retire(exporter.Engine.Block, block->PrivateData, (nint)block->Ops.Release, 0, 0, block);
        return true;
    }

    /// <summary>
    /// Frees a closed timeline that nobody makes fences on any more and whose last one has gone through its grace period; true when it was due.
    /// </summary>
    public static bool TryFree(FenceEngine engine, Timeline timeline, FenceRing? ring)
    {
        TimelineBlock* block = timeline.Seen;
        if (Atomic.LoadAcquire(ref block->Closed) != TimelineClosed.Yes || !timeline.IsPastCreators())
        {
            return false;
        }

        ulong created = Atomic.LoadAcquire(ref block->LastSeqno) - block->StartSeqno - Atomic.LoadAcquire(ref block->Skipped);
        if (Atomic.LoadAcquire(ref block->Completed) != Atomic.LoadAcquire(ref block->LastSeqno)
            || !TryEndWaiters(engine, block) || Atomic.LoadAcquire(ref block->Reclaimed) != created)
        {
            return false;
        }

        timeline.MarkFreed();
        timeline.ReleaseNames();
        NameTable.Release(timeline.Name);
        TimelineMemory.Retire(block);

        if (ring != null)
        {
            ring.Consumer.Detach();
            RingMemory.Retire(ring.Block);
        }

        return true;
    }

    // Nobody signals here any more: who waits for a value is told so. It may register at this moment; then the next tick frees.
    private static bool TryEndWaiters(FenceEngine engine, TimelineBlock* block)
    {
        ThreadCache* cache = TimelineWaiters.IsEmpty(block) ? null : Registry.CacheOf(&engine.Block->Pools);
        if (cache != null)
        {
            TimelineWaiters.Process(cache, block);
        }

        return TimelineWaiters.IsEmpty(block);
    }

    /// <summary>Frees a timeline at once: nobody can reach it any more.</summary>
    public static void FreeTimeline(Timeline timeline)
    {
        NameTable.Release(timeline.Name);
        TimelineMemory.Free(timeline.Seen);
    }
}
