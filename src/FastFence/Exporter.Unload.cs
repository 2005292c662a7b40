using FastFence.Atomics;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Reclamation;

namespace FastFence;

public sealed unsafe partial class Exporter
{
    private static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(10);

    // The last attempt; under the engine's gate.
    private ExporterUnload? _unload;

    /// <summary>
    /// Takes the exporter away (C17): nothing new, pending fences end with an error, sleepers in its <c>wait</c> op are woken, a
    /// grace period passes, callbacks of its code are removed or have returned, its destructors run, its code is unloaded. Signaled
    /// fences that observers hold do not hold it up. Waits for all that, at most ten seconds: then its code stays loaded and an
    /// <see cref="NotificationKind.UnloadHeldUp"/> notification says why. Called in a callback of somebody else's, it returns when nobody
    /// is inside its ops any more, and the rest happens behind it. Callbacks of its pending fences run on the dispatcher.
    /// </summary>
    /// <param name="error">−ENOENT unless given.</param>
    /// <exception cref="InvalidOperationException">Inside an access section, or in its own op, callback or destructor.</exception>
    public void Close(FenceError error = default) => Close(error, MonotonicClock.After(s_closeLimit));

    internal void Close(FenceError error, long deadline)
    {
        Section.ThrowBeforeGrace("Closing an exporter");
        ThrowIfOwnCode("Closing");
        if (Checks.On)
        {
            // Its release op runs on the reclaimer, and we wait for it: what we hold must not be what an op or a destructor takes.
            Section.CheckBeforeAgent(HousekeeperThread.ClassOf(Engine.Block->Pools.Serial));
        }

        if (!TryBegin(error, deadline, CancellationToken.None, out ExporterUnload unload))
        {
            return;
        }

        // Who runs callbacks, or destructors, may be the one for whom the second half waits.
        bool goOn = unload.RunFirst();
        ReaderRecord* reader = Registry.CurrentReader();
        if (Engine.IsHousekeeper || (reader != null && reader->InForeignCode != 0))
        {
            OnThread(() => unload.RunSecond(goOn));
        }
        else
        {
            unload.RunSecond(goOn);
            if (unload.Ended.IsFaulted)
            {
                unload.Ended.GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>Closes it with −ENOENT.</summary>
    public void Dispose() => Close();

    /// <summary>
    /// Takes the exporter away (C17) without occupying the caller, and says what that waited for. When the limit has passed its code stays
    /// loaded and the report names who holds it; call again then. While an attempt is under way a second call gets its report.
    /// </summary>
    /// <param name="limit">For the whole, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="error">Error of fences that are pending; −ENOENT unless given.</param>
    /// <param name="cancellationToken">Ends the attempt: what has been closed stays closed, the code stays loaded.</param>
    /// <exception cref="InvalidOperationException">Inside an access section, or in its own op, callback or destructor: thrown at once.</exception>
    /// <exception cref="OperationCanceledException">By the task.</exception>
    public Task<UnloadReport> UnloadAsync(TimeSpan limit, FenceError error = default, CancellationToken cancellationToken = default)
    {
        if (limit < TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "A limit of an unload is not negative; Timeout.InfiniteTimeSpan is none.");
        }

        ThrowIfOwnCode("Unloading");
        if (TryBegin(error, MonotonicClock.After(limit), cancellationToken, out ExporterUnload unload))
        {
            OnThread(() => unload.RunSecond(unload.RunFirst()));
            return unload.Ended;
        }

        return cancellationToken.CanBeCanceled ? unload.Ended.WaitAsync(cancellationToken) : unload.Ended;
    }

    internal bool Skips(UnloadSkip step) => (Skip & step) != 0;

    // The attempt is over. A held-up one may be followed by another.
    internal void Ended(bool complete)
    {
        Engine.KeepUntilFreed(this);
        Atomic.ExchangeFull(ref _state, complete ? Complete : HeldUp);
    }

    private static void OnThread(Action work) => new Thread(new ThreadStart(work)) { Name = "FastFence unload", IsBackground = true }.Start();

    private bool TryBegin(FenceError error, long deadline, CancellationToken token, out ExporterUnload unload)
    {
        lock (Engine.Gate)
        {
            uint state = Atomic.LoadAcquire(ref _state);
            if (state is Closing or Complete)
            {
                unload = _unload!;
                return false;
            }

            unload = _unload = new ExporterUnload(this, error.IsError ? error : FenceError.TimelineClosed, deadline, token);
            Atomic.ExchangeFull(ref _state, Closing);
            if (!IsGone)
            {
                Teardown.MarkClosing(this);
            }

            return true;
        }
    }

    private void ThrowIfOwnCode(string what)
    {
        Section.ThrowIfInside($"{what} an exporter");
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader == null || reader->ForeignKind == (uint)ForeignKind.None)
        {
            return;
        }

        bool own = reader->ForeignOwner != 0 && reader->ForeignOwner == _owner?.Number;
        if (own || (reader->ForeignExporter == (nint)_block && !IsGone))
        {
            string where = (ForeignKind)reader->ForeignKind switch
            {
                ForeignKind.Callback => "callback",
                ForeignKind.WaitOp => "Wait op",
                _ => "destructor",
            };
            throw new InvalidOperationException(
                $"{what} exporter '{DriverName}' from its own {where} would wait for the caller itself (contract C17). Do it from code that is not the exporter's.");
        }
    }
}
