using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence;

public sealed unsafe partial class FenceEngine
{
    private static readonly TimeSpan s_leastForAnExporter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Ends the engine: pending fences end with −ENOENT, waiters wake, callbacks run, what is still held is reported and its
    /// handles are refused from then on, memory goes back (C22). From one of its own callbacks, or one of its threads, it returns
    /// at once and the rest happens behind it. Disposing twice does nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">Inside an access section.</exception>
    public void Dispose()
    {
        Section.ThrowBeforeGrace("Disposing an engine");
        if (Atomic.CompareExchangeFull(ref _block->State, (uint)EngineState.Closing, (uint)EngineState.Open) != (uint)EngineState.Open)
        {
            return;
        }

        ReaderRecord* reader = Registry.CurrentReader();
        if (IsHousekeeper || (reader != null && reader->InForeignCode != 0))
        {
            new Thread(DisposeCore) { Name = "FastFence teardown", IsBackground = true }.Start();
        }
        else
        {
            DisposeCore();
        }
    }

    private void DisposeCore()
    {
        Exporter[] exporters;
        lock (_gate)
        {
            exporters = [.. _exporters];
        }

        StopMetering();
        long deadline = MonotonicClock.After(Options.DisposeLimit);
        foreach (Exporter exporter in exporters)
        {
            // One that hangs must not cost the others' fences their end, so each has a while of its own.
            exporter.Close(default, Math.Max(deadline, MonotonicClock.After(s_leastForAnExporter)));
        }

        bool quiet = WaitUntil(NobodyCloses, deadline);
        quiet &= Poller?.TryStop(deadline) ?? true;
        quiet &= WaitUntil(NothingIsQueued, deadline);
        quiet &= _dispatcher == null || _dispatcher.Stop(deadline);
        quiet &= _forwarder == null || _forwarder.Stop(deadline);
        quiet &= WaitUntil(() => NobodyWaits() && Atomic.LoadAcquire(ref _block->Pools.Parked) == 0 && NobodyRuns(), deadline);
        quiet &= _housekeeper == null || WaitUntil(() => GetStatistics().PrivateDataRetired == 0, deadline);
        _housekeeper?.Dispose();
        EngineStatistics end = GetStatistics();
        long held = FenceScan.KillHandles(_block);
        quiet &= DetachEverything();
        quiet &= GracePeriod.TrySynchronize(TimeSpan.FromTicks(Math.Max(0, deadline - MonotonicClock.Nanoseconds) / 100));
        if (held != 0 || end.CallbackNodesLive != 0 || !quiet)
        {
            Notify(
                NotificationKind.HeldAtDispose,
                $"Engine disposed with {held} fences and {end.CallbackNodesLive} callback nodes held; their handles are refused now."
                + (quiet ? string.Empty : " A reader, waiter, callback or device did not end in time: the engine's memory stays committed."));
        }

        Waiting.QuiesceSource.Abandon(_block);
        Faults.SetSink(_block->Pools.Serial, null);
        if (Checks.On)
        {
            Misuses.SetSink(_block->Pools.Serial, null);
        }

        FreeMemory(quiet);
        Atomic.StoreRelease(ref _block->State, (uint)EngineState.Disposed);
    }

    // Another thread may be in the middle of closing an exporter; it needs our threads.
    private bool NobodyCloses()
    {
        lock (_gate)
        {
            return _exporters.TrueForAll(e => !e.IsBeingClosed) && _closedExporters.TrueForAll(e => !e.IsBeingClosed);
        }
    }

    // The forwarder has ended: whoever awaits the end of the last callbacks hears of it here.
    private static bool NobodyWaits()
    {
        Waiting.QuiesceSource.TellRipe();
        return true;
    }

    // Callbacks wait for their turn, for the dispatcher or for an executor, or run.
    private bool NothingIsQueued()
    {
        lock (_gate)
        {
            return _closedExporters.TrueForAll(e =>
                e.Timelines.TrueForAll(t => Atomic.LoadAcquire(ref t.Seen->Queued) == 0)
                && e.ClosedRings.TrueForAll(r => Atomic.LoadAcquire(ref r.Timeline.Seen->Queued) == 0));
        }
    }

    private bool NobodyRuns()
    {
        for (ThreadCache* c = (ThreadCache*)Atomic.LoadAcquire(ref _block->Pools.Caches); c != null; c = c->NextOfEngine)
        {
            if (c->Orphaned == 0 && (Atomic.LoadAcquire(ref c->Running) != 0 || Atomic.LoadAcquire(ref c->RunHead) != 0))
            {
                return false;
            }
        }

        return true;
    }

    private void FreeMemory(bool quiet)
    {
        lock (Registry.Gate)
        {
            _block->Pools.Serial = 0;
            ThreadCache* cache = (ThreadCache*)_block->Pools.Caches;
            _block->Pools.Caches = 0;
            while (cache != null)
            {
                ThreadCache* next = cache->NextOfEngine;

                // The cache of a living thread stays with it (its thread-static may name it) and is freed when the thread ends.
                Reclaimer.AdoptCounters(&_block->Pools, cache);
                cache->Serial = ThreadCache.NoEngine;
                if (quiet)
                {
                    ThreadCache.FreeBags(cache);
                    Atomic.StoreRelease(ref cache->Record, 0);
                    RecordArea.ReturnRing(cache->KeptRing);
                    cache->KeptRing = null;
                }

                if (cache->Reader == null && quiet)
                {
                    BlockHeap.Free(cache, sizeof(ThreadCache));
                }

                cache = next;
            }
        }

        if (quiet)
        {
            PoolSet.FreeBags(&_block->Pools);
            SlotPool.ReturnAll<FenceKind>(&_block->Pools.Fences);
            SlotPool.ReturnAll<CallbackKind>(&_block->Pools.Nodes);
            HousekeeperThread.DestroyRipe(_block); // all of it: a grace period has passed and nobody adds
            FreeEverything();
            Poller?.FreeMemory();
            _owned.Allow();
        }
    }

    private static bool WaitUntil(Func<bool> condition, long deadline)
    {
        while (!condition())
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }

            Nap.For(200_000);
        }

        return true;
    }
}
