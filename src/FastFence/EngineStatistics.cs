using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>Counters of an engine, summed over its threads at one moment; each is exact once its threads are quiet.</summary>
public sealed record EngineStatistics
{
    /// <summary>Which poller runs now.</summary>
    public PollerKind PollerKind { get; init; }

    /// <summary>Why this one (<see cref="FencePoller.KindReason"/>).</summary>
    public string PollerReason { get; init; } = string.Empty;

    /// <summary>How often a managed poller had to take the native one's place.</summary>
    public long PollerTakeovers { get; init; }

    /// <summary>Fences made.</summary>
    public long FencesCreated { get; init; }

    /// <summary>Fences signaled.</summary>
    public long FencesSignaled { get; init; }

    /// <summary>Fences signaled with an error.</summary>
    public long FencesFailed { get; init; }

    /// <summary>Of these, with −ETIME.</summary>
    public long FencesTimedOut { get; init; }

    /// <summary>Of the failed, with −ECANCELED.</summary>
    public long FencesCanceled { get; init; }

    /// <summary>Of the failed, with −ENOENT: the timeline was closed.</summary>
    public long FencesClosed { get; init; }

    /// <summary>Of the failed, with −ESRCH.</summary>
    public long FencesKilled { get; init; }

    /// <summary>Of the failed, with −EIO: the device was lost.</summary>
    public long FencesLost { get; init; }

    /// <summary>Fences not signaled.</summary>
    public long FencesPending => Math.Max(0, FencesCreated - FencesSignaled);

    /// <summary>Fences whose last reference is gone.</summary>
    public long FencesReleased { get; init; }

    /// <summary>Fences with references.</summary>
    public long FencesLive => FencesCreated - FencesReleased;

    /// <summary>Second signals that changed nothing (C1).</summary>
    public long SignalsRepeated { get; init; }

    /// <summary>Signals recorded for their turn (C11).</summary>
    public long SignalsDeferred { get; init; }

    /// <summary>Callbacks accepted.</summary>
    public long CallbacksAdded { get; init; }

    /// <summary>Callbacks run.</summary>
    public long CallbacksRun { get; init; }

    /// <summary>Callbacks removed.</summary>
    public long CallbacksRemoved { get; init; }

    /// <summary>Callbacks refused: the fence was signaled.</summary>
    public long CallbacksRefused { get; init; }

    /// <summary>Exceptions from callbacks.</summary>
    public long CallbacksThrown { get; init; }

    /// <summary>Callback nodes in use.</summary>
    public long CallbackNodesLive { get; init; }

    /// <summary>Awaits of fences and values that registered; those that go on as callbacks count as callbacks.</summary>
    public long Awaits { get; init; }

    /// <summary>Waits that registered.</summary>
    public long Waits { get; init; }

    /// <summary>Waits that slept.</summary>
    public long WaitsSlept { get; init; }

    /// <summary>Waits that timed out.</summary>
    public long WaitsTimedOut { get; init; }

    /// <summary>Futex wakes that signals issued.</summary>
    public long WakeCalls { get; init; }

    /// <summary>Signals of waiters that needed no system call.</summary>
    public long WakeCallsSaved { get; init; }

    /// <summary>Waits that the safety poll ended.</summary>
    public long LostWakes { get; init; }

    /// <summary>Stale handles refused (C16). Those whose engine cannot be told any more count for every engine of the process.</summary>
    public long StaleRefused { get; init; }

    /// <summary>Creations refused at a bound.</summary>
    public long Refused { get; init; }

    /// <summary>Slots written to between reclaim and reuse.</summary>
    public long PoisonBroken { get; init; }

    /// <summary>Slots given up.</summary>
    public long SlotsLost { get; init; }

    /// <summary>Generations that wrapped.</summary>
    public long GenerationWraps { get; init; }

    /// <summary>Names read in access sections.</summary>
    public long NamesRead { get; init; }

    /// <summary>Fences emitted on rings.</summary>
    public long Emitted { get; init; }

    /// <summary>Ring positions retired.</summary>
    public long Retired { get; init; }

    /// <summary>Poller turns.</summary>
    public long PollTurns { get; init; }

    /// <summary>Poller turns without work.</summary>
    public long PollIdleTurns { get; init; }

    /// <summary>Idle turns that spun.</summary>
    public long PollSpins { get; init; }

    /// <summary>Idle turns that let others run.</summary>
    public long PollYields { get; init; }

    /// <summary>Idle turns that slept.</summary>
    public long PollParks { get; init; }

    /// <summary>Batches retired.</summary>
    public long RetireBatches { get; init; }

    /// <summary>Completion words refused.</summary>
    public long WordsRefused { get; init; }

    /// <summary>Jobs that waited for fences (<see cref="FenceRing.EmitWhen"/>) and that the poller has let go out.</summary>
    public long JobsFed { get; init; }

    /// <summary>Slots that went through a grace period.</summary>
    public long SlotsReclaimed { get; init; }

    /// <summary>Fences and nodes on limbo: released, grace period not over or not yet noticed.</summary>
    public long Limbo { get; init; }

    /// <summary>Bytes of them.</summary>
    public long LimboBytes { get; init; }

    /// <summary>Readers that were late for <see cref="FenceEngineOptions.StallLimit"/>.</summary>
    public long ReaderStalls { get; init; }

    /// <summary>Private data waiting for its grace period.</summary>
    public long PrivateDataRetired { get; init; }

    /// <summary>Slabs taken, 2 MiB each.</summary>
    public long Slabs { get; init; }

    /// <summary>Bytes of them.</summary>
    public long CommittedBytes => Slabs * Reservation.SlabBytes;

    internal static unsafe EngineStatistics Gather(EngineBlock* engine)
    {
        PoolSet* pools = &engine->Pools;
        long* sums = stackalloc long[(int)Counter.Count];
        lock (Registry.Gate)
        {
            for (int i = 0; i < (int)Counter.Count; i++)
            {
                sums[i] = (long)pools->Adopted.Read((Counter)i);
            }

            for (ThreadCache* c = (ThreadCache*)Atomic.LoadAcquire(ref pools->Caches); c != null; c = c->NextOfEngine)
            {
                for (int i = 0; i < (int)Counter.Count; i++)
                {
                    sums[i] += (long)c->Counters.Read((Counter)i);
                }
            }
        }

        long Sum(Counter counter) => sums[(int)counter];
        return new EngineStatistics
        {
            FencesCreated = Sum(Counter.Created),
            FencesSignaled = Sum(Counter.Signaled),
            FencesFailed = Sum(Counter.Failed),
            FencesTimedOut = Sum(Counter.FailedTimedOut),
            FencesCanceled = Sum(Counter.FailedCanceled),
            FencesClosed = Sum(Counter.FailedClosed),
            FencesKilled = Sum(Counter.FailedKilled),
            FencesLost = Sum(Counter.FailedLost),
            FencesReleased = Sum(Counter.Released),
            SignalsRepeated = Sum(Counter.SignaledAgain),
            SignalsDeferred = Sum(Counter.Deferred),
            CallbacksAdded = Sum(Counter.CallbacksAdded),
            CallbacksRun = Sum(Counter.CallbacksRun),
            CallbacksRemoved = Sum(Counter.CallbacksRemoved),
            CallbacksRefused = Sum(Counter.CallbacksRefused),
            CallbacksThrown = Sum(Counter.CallbacksThrown),
            CallbackNodesLive = Sum(Counter.NodesTaken) - Sum(Counter.NodesReleased),
            Awaits = Sum(Counter.Awaits),
            Waits = Sum(Counter.Waits),
            WaitsSlept = Sum(Counter.WaitsSlept),
            WaitsTimedOut = Sum(Counter.WaitsTimedOut),
            WakeCalls = Sum(Counter.WakeCalls),
            WakeCallsSaved = Sum(Counter.WakeCallsSaved),
            LostWakes = Sum(Counter.LostWakes),
            StaleRefused = Sum(Counter.StaleRefused) + (long)StaleHandles.Total,
            Refused = Sum(Counter.Refused),
            PoisonBroken = Sum(Counter.PoisonBroken),
            SlotsLost = Sum(Counter.SlotsLost),
            GenerationWraps = Sum(Counter.GenerationWraps),
            NamesRead = Sum(Counter.NamesRead),
            Emitted = Sum(Counter.Emitted),
            Retired = Sum(Counter.Retired),
            PollTurns = Sum(Counter.PollTurns),
            PollIdleTurns = Sum(Counter.PollIdleTurns),
            PollSpins = Sum(Counter.IdleSpins),
            PollYields = Sum(Counter.IdleYields),
            PollParks = Sum(Counter.IdleParks),
            RetireBatches = Sum(Counter.RetireBatches),
            WordsRefused = Sum(Counter.WordsRefused),
            JobsFed = Sum(Counter.JobsFed),
            SlotsReclaimed = Sum(Counter.Reclaimed),
            Limbo = Sum(Counter.Released) + Sum(Counter.NodesReleased) - Sum(Counter.Reclaimed) - Sum(Counter.SlotsLost),
            LimboBytes = (Sum(Counter.Released) * Reservation.FenceBytes) + (Sum(Counter.NodesReleased) * Reservation.NodeBytes) - Sum(Counter.LimboBytesLeft),
            ReaderStalls = (long)Atomic.LoadAcquire(ref engine->ReaderStalls),
            PrivateDataRetired = (long)engine->Retired.Count,
            Slabs = pools->Fences.SlabCount + pools->Nodes.SlabCount,
        };
    }
}
