using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Memory;

/// <summary>What is counted. One writer a cell (the thread that owns the cache); readers sum over the caches.</summary>
internal enum Counter
{
    /// <summary>Fences made.</summary>
    Created,

    /// <summary>Fences whose last reference was dropped.</summary>
    Released,

    /// <summary>Fences signaled, with or without error.</summary>
    Signaled,

    /// <summary>Fences signaled with an error.</summary>
    Failed,

    /// <summary>Second signals that changed nothing (C1).</summary>
    SignaledAgain,

    /// <summary>Signals out of turn that were recorded (C11).</summary>
    Deferred,

    /// <summary>Callbacks accepted.</summary>
    CallbacksAdded,

    /// <summary>Callbacks run.</summary>
    CallbacksRun,

    /// <summary>Callbacks removed before they ran.</summary>
    CallbacksRemoved,

    /// <summary>Callbacks refused because the fence was signaled.</summary>
    CallbacksRefused,

    /// <summary>Exceptions caught from callbacks.</summary>
    CallbacksThrown,

    /// <summary>Callback nodes taken from the pool.</summary>
    NodesTaken,

    /// <summary>Callback nodes given up.</summary>
    NodesReleased,

    /// <summary>Blocking waits begun.</summary>
    Waits,

    /// <summary>Waits that really slept.</summary>
    WaitsSlept,

    /// <summary>Waits that ran out of time.</summary>
    WaitsTimedOut,

    /// <summary>Futex wakes issued.</summary>
    WakeCalls,

    /// <summary>Signals that found a waiter awake: the system call was saved.</summary>
    WakeCallsSaved,

    /// <summary>Wakes that the safety poll made up for.</summary>
    LostWakes,

    /// <summary>Stale handles refused (C16).</summary>
    StaleRefused,

    /// <summary>Creations refused at a bound.</summary>
    Refused,

    /// <summary>Slots whose poison was overwritten between reclaim and reuse.</summary>
    PoisonBroken,

    /// <summary>Generations that wrapped.</summary>
    GenerationWraps,

    /// <summary>Slots lost because no bag could be had for them.</summary>
    SlotsLost,

    /// <summary>Names read inside access sections.</summary>
    NamesRead,

    /// <summary>Fences emitted on rings.</summary>
    Emitted,

    /// <summary>Fences retired from rings.</summary>
    Retired,

    /// <summary>Poller turns.</summary>
    PollTurns,

    /// <summary>Poller turns that found nothing.</summary>
    PollIdleTurns,

    /// <summary>Batches that the poller retired.</summary>
    RetireBatches,

    /// <summary>Completion words refused (beyond what was reserved, or going back).</summary>
    WordsRefused,

    /// <summary>Jobs that waited for fences and were published by the poller.</summary>
    JobsFed,

    /// <summary>Doorbell wakes issued.</summary>
    DoorbellCalls,

    /// <summary>Slots that went through a grace period.</summary>
    Reclaimed,

    /// <summary>Sweeps of removed callbacks.</summary>
    Sweeps,

    /// <summary>Awaits that registered, of fences and of values. Those that go on as callbacks count as callbacks only.</summary>
    Awaits,

    /// <summary>Of the failed: timeout or reset (−ETIME).</summary>
    FailedTimedOut,

    /// <summary>Of the failed: canceled or dropped (−ECANCELED).</summary>
    FailedCanceled,

    /// <summary>Of the failed: the timeline was closed (−ENOENT).</summary>
    FailedClosed,

    /// <summary>Of the failed: the entity was killed (−ESRCH).</summary>
    FailedKilled,

    /// <summary>Of the failed: the device was lost (−EIO).</summary>
    FailedLost,

    /// <summary>Idle turns of the poller that spun.</summary>
    IdleSpins,

    /// <summary>Idle turns of the poller that let others run.</summary>
    IdleYields,

    /// <summary>Idle turns of the poller that slept.</summary>
    IdleParks,

    /// <summary>Bytes of slots that have left limbo, reclaimed or lost.</summary>
    LimboBytesLeft,

    /// <summary>How many there are.</summary>
    Count,
}

/// <summary>One thread's counters.</summary>
[StructLayout(LayoutKind.Sequential, Size = Cells * sizeof(ulong))]
internal unsafe struct CounterCells
{
    /// <summary>Room for all counters, a multiple of two cache lines.</summary>
    public const int Cells = 64;

    private fixed ulong _cells[Cells];

    /// <summary>Adds <paramref name="n"/>. Owning thread only. One is counted by <c>ThreadCache.Count</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Counter counter, ulong n) => _cells[(int)counter] += n;

    /// <summary>Adds from any thread.</summary>
    public void AddShared(Counter counter, ulong n) => Atomic.AddFull(ref _cells[(int)counter], n);

    /// <summary>The value, possibly a moment old. Any thread.</summary>
    public ulong Read(Counter counter) => Atomic.LoadAcquire(ref _cells[(int)counter]);
}
