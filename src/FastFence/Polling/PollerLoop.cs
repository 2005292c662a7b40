// The body of a native poller's thread. Native memory only: nothing here belongs to the host's runtime, so no garbage collection of
// the host's stops it.
using FastFence.Atomics;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>From the thread's report to its end. The library's thread only.</summary>
internal static unsafe class PollerLoop
{
    private const long SafetyPollNanoseconds = 100_000_000;

    /// <summary>Reports, waits for its cache, polls until it is stopped or its term has passed, reports the end.</summary>
    public static void Run(PollerControl* control)
    {
        control->ThreadId = CurrentThread.Id;
        Step(control, PollerStep.Reported);
        while (Atomic.LoadAcquire(ref control->State) == PollerStep.Reported)
        {
            Futex.Wait(&control->State, PollerStep.Reported, MonotonicClock.Nanoseconds + SafetyPollNanoseconds);
        }

        if (Atomic.LoadAcquire(ref control->State) == PollerStep.Go)
        {
            Poll(control, control->Poller, control->Cache);
        }

        Step(control, PollerStep.Ended);
    }

    private static void Poll(PollerControl* control, PollerBlock* poller, ThreadCache* cache)
    {
        uint term = control->Term;
        Reader.GoOnline(cache->Domain, cache->Reader);
        while (Atomic.LoadAcquire(ref control->Stop) == 0 && PollerCore.IsMine(poller, term))
        {
            PollerCore.Idle(poller, cache, term, PollerCore.DoWork(poller, cache, term));
            if (Atomic.LoadAcquire(ref control->Hold) != 0)
            {
                StandStill(control);
            }
        }

        if (PollerCore.IsMine(poller, term))
        {
            poller->Engine->Clock.Publish(0);
        }

        Reader.GoOffline(cache->Reader);
    }

    // Online all the while, as a thread is that the system does not run.
    private static void StandStill(PollerControl* control)
    {
        Atomic.StoreRelease(ref control->Held, 1);
        for (uint hold = Atomic.LoadAcquire(ref control->Hold); hold != 0; hold = Atomic.LoadAcquire(ref control->Hold))
        {
            Futex.Wait(&control->Hold, hold, MonotonicClock.Nanoseconds + SafetyPollNanoseconds);
        }

        Atomic.StoreRelease(ref control->Held, 0);
    }

    private static void Step(PollerControl* control, uint state)
    {
        // [POLLER-STEP] full: what was written before the step is seen with it. Pairs with [POLLER-STEP] on the host's side. Without it
        // the host could sign the thread off, and give its cache to another, while it still counts in it.
        Atomic.ExchangeFull(ref control->State, state);
        Futex.Wake(&control->State, int.MaxValue);
    }
}
