// One attempt at taking an exporter away: the steps, each bounded by the attempt's limit. Their order stands in Teardown.cs.
// Every step may be done again, since an attempt that ran into its limit is followed by another.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>State and steps of an attempt. One thread at a time; blocking; outside access sections.</summary>
internal sealed unsafe class ExporterUnload
{
    private const int Yields = 64;
    private const long NapNanoseconds = 100_000;
    private const long RescanNanoseconds = 20_000_000;

    private static readonly TimeSpan s_quiesceLimit = TimeSpan.FromSeconds(5);

    private readonly Exporter _exporter;
    private readonly FenceEngine _engine;
    private readonly FenceError _error;
    private readonly long _begin = MonotonicClock.Nanoseconds;
    private readonly long _deadline;
    private readonly CancellationToken _token;
    private readonly TaskCompletionSource<UnloadReport> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<UnloadTime> _steps = [];
    private readonly List<UnloadHolder> _holders = [];
    private int _signaled;
    private int _sleepers;
    private int _removed;
    private int _awaited;
    private int _destructors;

    public ExporterUnload(Exporter exporter, FenceError error, long deadline, CancellationToken token)
    {
        _exporter = exporter;
        _engine = exporter.Engine;
        _error = error;
        _deadline = deadline;
        _token = token;
    }

    /// <summary>Its end, or that of the token.</summary>
    public Task<UnloadReport> Ended => _end.Task;

    private ExporterBlock* Block => _exporter.Block;

    /// <summary>Does the first half, up to where nothing of the exporter can be entered any more; true to go on.</summary>
    public bool RunFirst() => _exporter.IsGone || Guard(Teardown.EndUse);

    /// <summary>Does the second half and publishes the end.</summary>
    public void RunSecond(bool goOn)
    {
        bool complete = goOn && Guard(Teardown.EndCode);
        if (_end.Task.IsCompleted)
        {
            return; // it has thrown
        }

        UnloadReport report = Report(complete);
        _exporter.Ended(complete);
        _engine.WriteUnloaded(_exporter.DriverName, report);
        if (!complete)
        {
            _engine.Notify(NotificationKind.UnloadHeldUp, $"Exporter '{_exporter.DriverName}': unload {report}");
        }

        _end.SetResult(report);
    }

    /// <summary>Steps 2 and 5: a grace period.</summary>
    public bool Grace(UnloadStep step)
    {
        if (_exporter.Skips(step == UnloadStep.Creation ? UnloadSkip.Creation : UnloadSkip.GracePeriod))
        {
            return true;
        }

        using Timing timing = new(this, step);
        GraceToken grace = GracePeriod.Start();
        return WaitUntil(() => GracePeriod.Poll(grace)) || HeldBy(UnloadHolders.LateReaders(step, grace));
    }

    /// <summary>Step 3, rings: the device is quiet, then the poller completes what is outstanding.</summary>
    public bool EndRings()
    {
        using Timing timing = new(this, UnloadStep.Rings);
        List<FenceRing> rings;
        lock (_engine.Gate)
        {
            rings = [.. _exporter.Rings];
        }

        bool ended = true;
        foreach (FenceRing ring in rings)
        {
            int outstanding = (int)ring.Outstanding;
            TimeSpan left = Left();
            if (Teardown.CloseRing(ring, _error, left < s_quiesceLimit ? left : s_quiesceLimit, _deadline))
            {
                _signaled += outstanding;
            }
            else
            {
                ended = HeldBy(UnloadHolders.Ring(ring, Atomic.LoadAcquire(ref ring.Block->State) == (uint)Rings.RingState.Failing));
            }
        }

        return ended;
    }

    /// <summary>Step 3, the others. Callbacks of anybody's go to the dispatcher: a host's that blocks does not hold us up.</summary>
    public bool SignalPending()
    {
        lock (_engine.Gate)
        {
            if (_exporter.Timelines.Count == 0)
            {
                return true; // rings alone, or all its fences have been reclaimed
            }
        }

        using Timing timing = new(this, UnloadStep.Fences);
        GraceToken grace = GracePeriod.Start();
        int signaled = FenceScan.SignalPending(_engine.Block, null, Block, _error, Left(), apart: true);
        _signaled += Math.Max(0, signaled);
        return signaled >= 0 || HeldBy(UnloadHolders.LateReaders(UnloadStep.Fences, grace));
    }

    /// <summary>Step 4: tells sleepers to come out.</summary>
    public void WakeSleepers()
    {
        _sleepers = Math.Max(_sleepers, (int)SleepableCount.Read(Block));
        if (Block->Ops.CancelWait != null)
        {
            Block->Ops.CancelWait(Block->PrivateData);
        }
    }

    /// <summary>Step 6: they have come out.</summary>
    public bool WaitForSleepers()
    {
        if (_exporter.Skips(UnloadSkip.Sleepers))
        {
            return true;
        }

        using Timing timing = new(this, UnloadStep.Sleepers);
        return WaitUntil(() =>
        {
            if (SleepableCount.Read(Block) == 0)
            {
                return true;
            }

            WakeSleepers(); // again: one may have begun to sleep after the last call
            return false;
        }) || HeldBy(UnloadHolders.Sleepers(Block));
    }

    /// <summary>Step 7: callbacks of its code, on anyone's fence of any engine.</summary>
    public bool EndCallbacks()
    {
        CodeOwner? owner = _exporter.OwnerIfAny;
        if (owner == null || _exporter.Skips(UnloadSkip.Callbacks))
        {
            return true;
        }

        using Timing timing = new(this, UnloadStep.Callbacks);
        int before = (int)owner.Pending;
        int removedBefore = _removed;
        long rescan = 0;
        bool ended = WaitUntil(() =>
        {
            // The first scan finds all that are pending; those whose fence signals are on their way. Another one is for a scan that
            // had no memory to remove with.
            if (owner.Pending != 0 && MonotonicClock.Nanoseconds >= rescan)
            {
                _removed += OwnedCallbackScan.Remove(owner.Number);
                rescan = MonotonicClock.Nanoseconds + RescanNanoseconds;
            }

            return owner.Pending == 0;
        });
        _awaited += Math.Max(0, before - (int)owner.Pending - (_removed - removedBefore));
        return ended || HeldBy(UnloadHolders.Callbacks(owner));
    }

    /// <summary>Step 8: its destructors, the release op as the last one.</summary>
    public bool EndDestructors()
    {
        if (_exporter.IsGone || _exporter.Skips(UnloadSkip.Destructors))
        {
            return true; // gone: its last destructor has returned before that
        }

        using Timing timing = new(this, UnloadStep.Destructors);
        GraceToken grace = GracePeriod.Start();

        // Those staged before have to be done when the exporter's own data goes.
        _destructors += (int)DestructorCount.Read(Block);
        bool done = WaitForDestructors();
        if (done && Teardown.ReleaseData(_exporter))
        {
            _destructors++;
            done = WaitForDestructors();
        }

        return done || HeldBy(UnloadHolders.Destructors(Block, grace));
    }

    /// <summary>Step 9.</summary>
    public bool UnloadCode()
    {
        using Timing timing = new(this, UnloadStep.Code);
        _exporter.Code?.Unload();
        _exporter.OwnerIfAny?.GiveBack();
        return true;
    }

    private bool WaitForDestructors() => WaitUntil(() =>
    {
        _engine.HastenReclaimer();
        return DestructorCount.Read(Block) == 0;
    });

    private bool WaitUntil(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            if (MonotonicClock.Nanoseconds >= _deadline)
            {
                return false;
            }

            _token.ThrowIfCancellationRequested();
            if (i < Yields)
            {
                CurrentThread.Yield();
            }
            else
            {
                Nap.For(NapNanoseconds);
            }
        }

        return true;
    }

    private TimeSpan Left() => _deadline == long.MaxValue
        ? Timeout.InfiniteTimeSpan
        : TimeSpan.FromTicks(Math.Max(0, _deadline - MonotonicClock.Nanoseconds) / 100);

    private bool HeldBy(List<UnloadHolder> holders)
    {
        _holders.AddRange(holders);
        return false;
    }

    // An exception of the exporter's (CancelWait, Quiesce, the unloading itself), or a cancellation, is the attempt's end.
    private bool Guard(Func<ExporterUnload, bool> half)
    {
        ReaderRecord* reader = Registry.CurrentReader();
        bool online = Reader.TryLeave(reader);
        try
        {
            return half(this);
        }
        catch (OperationCanceledException) when (_token.IsCancellationRequested)
        {
            _exporter.Ended(complete: false);
            _end.SetCanceled(_token);
            return false;
        }
#pragma warning disable CA1031 // it is the caller's: rethrown by the task
        catch (Exception e)
#pragma warning restore CA1031
        {
            _exporter.Ended(complete: false);
            _end.SetException(e);
            return false;
        }
        finally
        {
            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }
        }
    }

    private UnloadReport Report(bool complete) => new()
    {
        IsComplete = complete,
        IsCodeUnloaded = _exporter.Code?.IsUnloaded ?? false,
        Elapsed = Since(_begin),
        Steps = _steps,
        FencesSignaled = _signaled,
        SleepersWoken = _sleepers,
        CallbacksRemoved = _removed,
        CallbacksAwaited = _awaited,
        DestructorsAwaited = _destructors,
        HeldBy = _holders,
    };

    private static TimeSpan Since(long begin) => TimeSpan.FromTicks((MonotonicClock.Nanoseconds - begin) / 100);

    private readonly ref struct Timing(ExporterUnload unload, UnloadStep step) : IDisposable
    {
        private readonly long _from = MonotonicClock.Nanoseconds;

        public void Dispose() => unload._steps.Add(new UnloadTime(step, Since(_from)));
    }
}
