// The reclaim barrier: all that was let go is back.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Reclamation;

namespace FastFence;

public sealed unsafe partial class FenceEngine
{
    /// <summary>
    /// Waits until everything released, retired or closed before has gone through its grace period and back to the slabs. What is
    /// closed and still has live fences is not waited for. For tests and teardown. May park.
    /// </summary>
    /// <param name="timeout">How long at most.</param>
    /// <returns>False when a late reader or a running callback held it up.</returns>
    /// <exception cref="InvalidOperationException">Inside an access section.</exception>
    public bool Barrier(TimeSpan timeout)
    {
        Section.ThrowBeforeGrace("Waiting for reclamation");
        long deadline = MonotonicClock.After(timeout);
        do
        {
            ReclaimEverything();
            EngineStatistics first = GetStatistics();
            if (IsSettled(first) && WaitForClosed(deadline))
            {
                // Once more: a destructor that ended between two counts may have released fences.
                EngineStatistics second = GetStatistics();
                if (IsSettled(second) && second.FencesReleased == first.FencesReleased)
                {
                    return true;
                }
            }
            else if (MonotonicClock.Nanoseconds < deadline)
            {
                Nap.For(200_000);
            }
        }
        while (MonotonicClock.Nanoseconds < deadline);
        return false;
    }

    private static bool IsSettled(EngineStatistics now) => now.Limbo == 0 && now.PrivateDataRetired == 0;

    // What is closed and has nothing on limbo any more is retired in one of the reclaimer's next ticks: it is seen closed, then a grace
    // period passes.
    private bool WaitForClosed(long deadline)
    {
        ulong ticks = _housekeeper.Ticks;
        while (HasClosed() && !IsDisposed && !_housekeeper.IsCurrent && _housekeeper.Ticks - ticks < 3)
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }

            Nap.For(1_000_000);
        }

        return true;
    }

    private bool HasClosed()
    {
        lock (_gate)
        {
            return _closedExporters.Count != 0 || _exporters.Exists(static e =>
                e.ClosedRings.Count != 0 || e.Timelines.Exists(static t => Atomic.LoadAcquire(ref t.Seen->Closed) == TimelineClosed.Yes));
        }
    }

    // Staged slots of threads that are not idle are taken by claim, those of this thread by sealing.
    private void ReclaimEverything()
    {
        ThreadCache* own = IsDisposed ? null : Registry.CacheOf(&_block->Pools);
        if (own != null && own->Running == 0)
        {
            HousekeeperThread.ReclaimStaged(own, all: true);
        }
    }
}
