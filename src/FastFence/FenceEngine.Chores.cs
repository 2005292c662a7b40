// What the housekeeping thread does every 10 ms beside reclaiming: it watches readers, rings, timelines, the poller, and frees
// timelines whose last fence is gone. Time is counted in ticks of at most 50 ms: a stopped host, a paused machine or a debugger
// is no hang (fault 39).
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Rings;

namespace FastFence;

public sealed unsafe partial class FenceEngine
{
    private const long LongestTickNanoseconds = 50_000_000;

    private readonly List<Exporter> _closedExporters = [];

    // Filled anew each tick and kept: a hundred ticks a second for the life of a host must not make garbage.
    private readonly List<Exporter> _exportersSeen = [];
    private readonly List<FenceRing> _ringsSeen = [];
    private readonly List<Timeline> _timelinesSeen = [];
    private readonly StallDetector _stalls = new();
    private readonly Dictionary<ulong, (ulong Seen, long Waited)> _watched = []; // by context: addresses are used again
    private long _lastTick;
    private bool _lockReported;

    internal void KeepUntilFreed(Exporter exporter)
    {
        lock (_gate)
        {
            if (_exporters.Remove(exporter))
            {
                _closedExporters.Add(exporter);
            }
        }
    }

    private void Chores()
    {
        long now = MonotonicClock.Nanoseconds;
        long tick = _lastTick == 0 ? 0 : Math.Min(now - _lastTick, LongestTickNanoseconds);
        _lastTick = now;
        RecordMemory.Describe();
        NameLateReaders();
        ReportRefusals();
        WatchPoller(tick);
        WatchDispatchers(tick);
        _exportersSeen.Clear();
        lock (_gate)
        {
            _exportersSeen.AddRange(_exporters);
            _exportersSeen.AddRange(_closedExporters);
        }

        foreach (Exporter exporter in _exportersSeen)
        {
            WatchRings(exporter, tick);
            WatchTimelines(exporter, tick);
            FreeTimelines(exporter);
        }

        int errno = Math.Max(_block->Pools.Fences.LockErrno, _block->Pools.Nodes.LockErrno);
        if (errno != 0 && !_lockReported)
        {
            _lockReported = true;
            Notify(NotificationKind.MemoryNotLocked, $"Locking slabs in memory was refused (errno {errno}): raise RLIMIT_MEMLOCK (ulimit -l) or drop LockMemory.");
        }
    }

    private void NameLateReaders()
    {
        while (_stalls.TryFind(_block->Domain, (long)Options.StallLimit.TotalNanoseconds, out Stall stall))
        {
            Atomic.StoreRelease(ref _block->ReaderStalls, _block->ReaderStalls + 1);
            long late = (MonotonicClock.Nanoseconds - stall.Since) / 1_000_000;
            Notify(NotificationKind.ReaderStalled, $"Thread {stall.ThreadId} has been inside an access section for {late} ms since the first scan that saw it late; memory on limbo waits for it. End the section, or report quiescent states.{(stall.Where == null ? string.Empty : $" It was opened at {stall.Where}.")}",
                facts: new EventFacts { Thread = stall.ThreadId, Milliseconds = late });
        }
    }

    private void WatchDispatchers(long tick)
    {
        long limit = (long)Options.CallbackLimit.TotalNanoseconds;
        if (_dispatcher.Watch(tick, limit) is { } blocked)
        {
            Notify(NotificationKind.DispatcherBlocked, blocked);
        }

        if (_forwarder.Watch(tick, limit) is { } held)
        {
            Notify(NotificationKind.DispatcherBlocked, held);
        }
    }

    private void WatchRings(Exporter exporter, long tick)
    {
        _ringsSeen.Clear();
        lock (_gate)
        {
            _ringsSeen.AddRange(exporter.Rings);
        }

        foreach (FenceRing ring in _ringsSeen)
        {
            RingBlock* block = ring.Block;
            if (Atomic.LoadAcquire(ref block->State) == (uint)RingState.Faulted)
            {
                Notify(NotificationKind.RingFaulted, $"Ring context {ring.Timeline.Context}: the device wrote {block->RefusedWord} where {ring.Timeline.CompletedSeqno} to {ring.Timeline.LastSeqno} were possible; its fences end with -EIO.",
                    facts: EventFacts.Of(ring.Timeline));
                RingRecovery.Recover(ring, FenceError.DeviceLost, ifFaulted: true);
            }
            else if (ring.Suspect != 0)
            {
                WatchSuspect(ring);
            }
            else if (!ring.Timeline.IsFreed && RingFeed.IsWaiting(block))
            {
                _watched.Remove(ring.Timeline.Context); // for a fence that has a watchdog of its own
            }
            else if (HasStoodStill(ring.Timeline, tick, block->TimeoutNanoseconds))
            {
                Suspect(ring);
            }
        }
    }

    private void WatchTimelines(Exporter exporter, long tick)
    {
        _timelinesSeen.Clear();
        lock (_gate)
        {
            _timelinesSeen.AddRange(exporter.Timelines);
        }

        foreach (Timeline timeline in _timelinesSeen)
        {
            timeline.SweepNames();
            if (!timeline.IsFreed && HasStoodStill(timeline, tick, timeline.Seen->TimeoutNanoseconds))
            {
                ulong next = timeline.CompletedSeqno + 1;
                Notify(NotificationKind.WatchdogFired, $"Timeline context {timeline.Context}: seqno {next} was not signaled for {timeline.Seen->TimeoutNanoseconds / 1_000_000_000} s; its fences end with -ETIME. A source was leaked, or Watchdog is too short.",
                    facts: EventFacts.Of(timeline));
                FenceScan.SignalPending(_block, timeline.Seen, null, FenceError.TimedOut, Teardown.GraceLimit, apart: false);
            }
        }
    }

    private bool HasStoodStill(Timeline timeline, long tick, long limit)
    {
        ulong key = timeline.Seen->Context;
        ulong completed = timeline.CompletedSeqno;
        if (limit == long.MaxValue || completed == timeline.LastSeqno)
        {
            if (_watched.Count != 0)
            {
                _watched.Remove(key); // of a million idle timelines none is looked for where nobody is watched
            }

            return false;
        }

        _watched.TryGetValue(key, out (ulong Seen, long Waited) watch);
        watch = watch.Seen == completed ? (completed, watch.Waited + tick) : (completed, 0);
        _watched[key] = watch;
        if (watch.Waited < limit)
        {
            return false;
        }

        _watched.Remove(key);
        return timeline.CompletedSeqno == completed; // read again after the deadline
    }

    internal void FreeTimelines(Exporter exporter)
    {
        lock (_gate)
        {
            // By hand: a lambda that names the engine is an allocation a tick.
            for (int i = exporter.Timelines.Count - 1; i >= 0; i--)
            {
                if (TryFree(exporter.Timelines[i], null))
                {
                    exporter.Timelines.RemoveAt(i);
                }
            }

            for (int i = exporter.ClosedRings.Count - 1; i >= 0; i--)
            {
                if (TryFree(exporter.ClosedRings[i].Timeline, exporter.ClosedRings[i]))
                {
                    exporter.ClosedRings.RemoveAt(i);
                }
            }

            // Who is at it does the rest. A device, a sleeper or a callback that did not come to an end in time may have by now.
            ExporterBlock* block = exporter.Block;
            if (exporter.IsBeingClosed || exporter.Timelines.Count != 0 || exporter.ClosedRings.Count != 0 || exporter.Rings.Count != 0
                || !_closedExporters.Contains(exporter) || SleepableCount.Read(block) != 0 || exporter.OwnerIfAny is { Pending: not 0 })
            {
                return;
            }

            Teardown.ReleaseData(exporter);
            if (DestructorCount.Read(block) == 0)
            {
                _closedExporters.Remove(exporter);
                exporter.FreeBlock();
            }
        }
    }

    private bool TryFree(Timeline timeline, FenceRing? ring)
    {
        ulong context = timeline.Seen->Context;
        if (!Teardown.TryFree(this, timeline, ring))
        {
            return false;
        }

        _watched.Remove(context);
        return true;
    }

    // All handles are dead: nobody comes to a timeline or ring any more, but who is in a section now. True when no device is left.
    private bool DetachEverything()
    {
        lock (_gate)
        {
            foreach (Exporter exporter in _closedExporters)
            {
                exporter.Timelines.ForEach(t => t.MarkFreed());
                exporter.ClosedRings.ForEach(r =>
                {
                    r.Consumer.Detach();
                    r.Timeline.MarkFreed();
                });
            }

            return _exporters.Count == 0 && _closedExporters.TrueForAll(e => e.Rings.Count == 0 && !e.IsBeingClosed && SleepableCount.Read(e.Block) == 0);
        }
    }

    // The grace period after that is over.
    private void FreeEverything()
    {
        lock (_gate)
        {
            foreach (Exporter exporter in _closedExporters)
            {
                exporter.Timelines.ForEach(t =>
                {
                    t.ReleaseNames();
                    Teardown.FreeTimeline(t);
                });
                exporter.ClosedRings.ForEach(r =>
                {
                    Teardown.FreeTimeline(r.Timeline);
                    RingMemory.Free(r.Block);
                });
                exporter.FreeBlockNow();
            }

            _closedExporters.Clear();
        }
    }
}
