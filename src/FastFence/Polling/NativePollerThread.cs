// The host's side of a thread that belongs to the native library. The host signs it on and off (record, cache); everything else the
// two tell each other in words.
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>A poller's thread in the native library.</summary>
internal sealed unsafe class NativePollerThread : IPollerThread
{
    private const long StartLimitNanoseconds = 10_000_000_000;
    private const long NapNanoseconds = 1_000_000;

    private readonly PollerBlock* _poller;
    private readonly int? _core;
    private PollerControl* _control;
    private ReaderRecord* _record;

    private NativePollerThread(PollerBlock* poller, int? core, PollerControl* control)
    {
        _poller = poller;
        _core = core;
        _control = control;
    }

    /// <inheritdoc/>
    public bool IsNative => true;

    /// <inheritdoc/>
    public string Pinning => _core is not int core ? "not asked for"
        : IsPinned ? $"pinned to core {core}"
        : $"not pinned: core {core} does not exist here, or the cpuset forbids it";

    /// <inheritdoc/>
    public bool IsPinned
    {
        get
        {
            PollerControl* control = _control;
            return control != null && control->Pinned != 0;
        }
    }

    /// <inheritdoc/>
    public bool IsAlive
    {
        get
        {
            PollerControl* control = _control;
            return control != null && Atomic.LoadAcquire(ref control->State) != PollerStep.Ended && CurrentThread.IsAlive(control->ThreadId);
        }
    }

    /// <inheritdoc/>
    public long MethodsCompiled => 0;

    /// <summary>The words between the two sides; null once the thread was signed off. For tests.</summary>
    internal PollerControl* Control => _control;

    /// <summary>The native callback that the thread is in, and the fence it was called for; 0 when it is in none.</summary>
    public nint CallbackNow(out ulong fence)
    {
        ReaderRecord* record = _record;
        bool inside = _control != null && Atomic.LoadAcquire(ref record->ForeignKind) == (uint)ForeignKind.Callback;
        fence = inside ? record->ForeignFence : 0;
        return inside ? record->ForeignFunction : 0;
    }

    /// <summary>Starts a thread; null, with the reason, when it cannot poll. The library is available.</summary>
    public static NativePollerThread? TryStart(PollerBlock* poller, int? core, out string reason)
    {
        PollerControl* control = (PollerControl*)BlockHeap.TryAllocate(sizeof(PollerControl));
        if (control == null)
        {
            reason = "the reservation is full ('FastFence.ReservationBytes')";
            return null;
        }

        control->Poller = poller;
        control->Term = Atomic.LoadAcquire(ref poller->Words.Term);
        control->Core = core ?? -1;
        NativePollerThread thread = new(poller, core, control);
        int result = NativePollerLibrary.Start(control);
        if (result != 0 || !thread.AwaitStep(PollerStep.Starting, MonotonicClock.Nanoseconds + StartLimitNanoseconds))
        {
            // A thread that reports after that finds nobody and waits for ever on words that stay its own.
            if (result != 0)
            {
                BlockHeap.Free(control, sizeof(PollerControl));
            }

            reason = result != 0 ? $"its thread could not be made (answer {result})" : "its thread did not report within ten seconds";
            return null;
        }

        control->Cache = Registry.Enlist(control->ThreadId, &poller->Engine->Pools);
        bool enlisted = control->Cache != null;
        thread._record = enlisted ? control->Cache->Reader : null;
        poller->Cache = control->Cache;

        // [POLLER-STEP] full: the cache stands before the thread is let go. Pairs with [POLLER-STEP] on the thread's side.
        Atomic.ExchangeFull(ref control->State, enlisted ? PollerStep.Go : PollerStep.Refused);
        Futex.Wake(&control->State, int.MaxValue);
        reason = enlisted ? string.Empty : "there is no reader record or cache for its thread: too many threads use engines, or the reservation is full";
        if (!enlisted && thread.AwaitStep(PollerStep.Refused, MonotonicClock.Nanoseconds + StartLimitNanoseconds))
        {
            BlockHeap.Free(control, sizeof(PollerControl));
        }

        return enlisted ? thread : null;
    }

    /// <inheritdoc/>
    public bool TryStop(long deadlineNanoseconds)
    {
        PollerControl* control = _control;
        if (control == null)
        {
            return true;
        }

        Atomic.StoreRelease(ref control->Stop, 1);
        bool isCaller = CurrentThread.Id == control->ThreadId;
        while (IsAlive)
        {
            // Again and again: a poller on its way to sleep may announce itself after a wake.
            Atomic.ExchangeFull(ref _poller->Wake.Asleep, 0);
            Futex.Wake(&_poller->Wake.Asleep, int.MaxValue);
            if (isCaller || MonotonicClock.Nanoseconds >= deadlineNanoseconds)
            {
                return isCaller;
            }

            AwaitStep(PollerStep.Go, MonotonicClock.Nanoseconds + NapNanoseconds);
        }

        SignOff();
        return true;
    }

    /// <summary>Gives back what the thread had once it has ended; false while it has not.</summary>
    public bool TrySignOff()
    {
        if (IsAlive)
        {
            return false;
        }

        SignOff();
        return true;
    }

    private void SignOff()
    {
        PollerControl* control = _control;
        if (control != null)
        {
            _control = null;
            Registry.Discharge(_record, control->ThreadId);
            BlockHeap.Free(control, sizeof(PollerControl));
        }
    }

    private bool AwaitStep(uint present, long deadline)
    {
        while (Atomic.LoadAcquire(ref _control->State) == present)
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }

            Futex.Wait(&_control->State, present, deadline);
        }

        return true;
    }
}
