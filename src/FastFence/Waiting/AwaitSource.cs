// What stands behind an await: a pooled source with a callback on the fence. The callback's argument is the source's number, so
// no handle to a managed object lives in native memory.
//
// Three may end an await: the fence, a cancellation token, a timer. The fence ends it by running the callback, the others by
// removing it first, and a callback runs or is removed, never both (C11): so exactly one of them writes the outcome.
//
// Setting up and ending may overlap: the fence may signal while the caller still registers its token. Both sides raise their
// bit in one word, and whoever comes second finishes.
using System.Threading.Tasks.Sources;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Waiting;

/// <summary>One await in flight; used again once its result has been taken.</summary>
internal sealed unsafe class AwaitSource : IValueTaskSource<FenceStatus>, IValueTaskSource<WaitResult>, IThreadPoolWorkItem
{
    private const uint SetUp = 1;
    private const uint Ended = 2;

    private readonly int _number;
    private ManualResetValueTaskSourceCore<WaitResult> _core;
    private FenceRef _held;
    private AwaitTicket _ticket;
    private AwaitTrace _trace;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private ITimer? _timer;
    private WaitResult _result;
    private bool _canceled;
    private bool _onWheel;
    private uint _progress;

    internal AwaitSource(int number) => _number = number;

    /// <summary>
    /// Begins an await: the source and its version, or null and what is known at once. The token has been looked at.
    /// </summary>
    public static AwaitSource? Begin(Fence fence, in AwaitTerms terms, out short version, out WaitResult now)
    {
        if (Checks.On && terms.Timeout != TimeSpan.Zero)
        {
            WaitChecks.BeforeAwait();
        }

        version = 0;
        now = new WaitResult(false, fence.Status);
        if (now.Status.IsCompleted)
        {
            return null;
        }

        if (terms.Timeout == TimeSpan.Zero)
        {
            now = WaitResult.TimedOut;
            return null;
        }

        // The reference keeps the status readable until the callback has it.
        if (!fence.TryAcquire(out FenceRef held))
        {
            now = new WaitResult(false, FenceStatus.Stale);
            return null;
        }

        AwaitSource source = AwaitPool.Take();
        version = source._core.Version;
        return source.TryRegister(held, terms, ref now) ? source : null;
    }

    /// <summary>A source for an await of a timeline's value: <see cref="TryWatch"/>, then <see cref="Arm"/>, or <see cref="Drop"/>.</summary>
    public static AwaitSource TakeForValue(out short version)
    {
        AwaitSource source = AwaitPool.Take();
        version = source._core.Version;
        source._canceled = false;
        Atomic.StorePlain(ref source._progress, 0);
        return source;
    }

    /// <summary>Registers with the timeline; false at the bound. Inside a section that has seen it alive.</summary>
    public bool TryWatch(TimelineBlock* timeline, ulong seqno)
    {
        if (!ValueWait.TryRegister(timeline, seqno, NodeKind.ValueAwaiter, _number, out ValueSeat seat))
        {
            return false;
        }

        _ticket = new AwaitTicket(seat);
        TimelineWaiters.Add(seat.Cache, timeline, seat.Node);
        _trace.Begin(_number, seat.Cache, timeline, seqno); // its end comes after Arm, whatever happens
        return true;
    }

    /// <summary>Nothing was registered, or the registration was refused.</summary>
    public void Drop()
    {
        if (!_held.IsNull)
        {
            _held.Dispose();
            _held = default;
        }

        Recycle();
    }

    /// <inheritdoc/>
    FenceStatus IValueTaskSource<FenceStatus>.GetResult(short token) => TakeResult(token).Status;

    /// <inheritdoc/>
    WaitResult IValueTaskSource<WaitResult>.GetResult(short token) => TakeResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Pool thread, or the callback's own: hands the result over. All that the await held is given back before.</summary>
    public void Execute()
    {
        if (_onWheel)
        {
            _onWheel = false;
            AwaitTimers.Stop(_number);
        }

        _timer?.Dispose();
        _timer = null;

        // Waits for a cancellation that runs at this moment, so that it cannot reach the source's next await.
        _cancellation.Dispose();
        _cancellation = default;
        _trace.End(_number, _canceled ? AwaitOutcome.Canceled : _result.IsTimedOut ? AwaitOutcome.TimedOut : AwaitOutcome.Completed);
        if (!_held.IsNull)
        {
            _held.Dispose();
            _held = default;
        }

        // The continuation may run inside these calls, take the result and give the source to another await: nothing comes after.
        if (_canceled)
        {
            _core.SetException(new OperationCanceledException(_token));
        }
        else
        {
            _core.SetResult(_result);
        }
    }

    /// <summary>The timer of an await is due; of this one if the ticket can still be taken.</summary>
    public void EndByTimeout(in AwaitTicket ticket)
    {
        if (ticket.TryTake())
        {
            _result = WaitResult.TimedOut;
            RaiseEnded(mayRunHere: false);
        }
    }

    /// <summary>The value that was awaited has come, or cannot come any more.</summary>
    public void EndByValue(FenceStatus status)
    {
        _result = new WaitResult(false, status);
        RaiseEnded(mayRunHere: false);
    }

    // An await of its own kind: told ahead of callbacks, its continuation is the pool's.
    private static void OnSignaled(nint number)
    {
        AwaitSource source = AwaitPool.At((int)number);
        source._result = new WaitResult(false, source._held.Fence.Status);
        source.RaiseEnded(mayRunHere: false);
    }

    // A callback among the others: its continuation runs here.
    private static void OnCallback(Fence fence, nint number)
    {
        AwaitSource source = AwaitPool.At((int)number);
        source._result = new WaitResult(false, fence.Status);
        source.RaiseEnded(mayRunHere: true);
    }

    private bool TryRegister(FenceRef held, in AwaitTerms terms, ref WaitResult now)
    {
        _held = held;
        _canceled = false;
        Atomic.StorePlain(ref _progress, 0);
        delegate*<nint, void> tell = &OnSignaled;
        delegate*<Fence, nint, void> call = &OnCallback;
        (NodeKind kind, nint function) = terms.GoesOn switch
        {
            FenceContinuation.AsCallback => (NodeKind.Managed, (nint)call),
            FenceContinuation.OnDispatcher => (NodeKind.Dispatched, (nint)call),
            _ => (NodeKind.Await, (nint)tell),
        };
        switch (held.Fence.Add(kind, function, _number, null, out CallbackRegistration callback))
        {
            case AddCallbackResult.Added:
                _ticket = new AwaitTicket(callback);
                _trace.Begin(_number, held.Fence);
                Arm(terms);
                return true;
            case AddCallbackResult.NoMemory:
                Drop();
                throw new InsufficientMemoryException("No callback node for this await: the engine's bound is reached (MaxCallbacks).");
            default:
                now = new WaitResult(false, held.Fence.Status);
                Drop();
                return false;
        }
    }

    /// <summary>Starts what may end the await early. The caller's last step.</summary>
    public void Arm(in AwaitTerms terms)
    {
        _token = terms.Token;
        if (terms.IsTimed && terms.Provider == null)
        {
            long deadline = MonotonicClock.After(terms.Timeout);
            if (deadline != long.MaxValue)
            {
                _onWheel = true;
                AwaitTimers.Start(_number, _ticket, deadline);
            }
        }
        else if (terms.IsTimed)
        {
            // Somebody else's clock, for tests: its timers are the framework's, and allocate.
            _timer = terms.Provider!.CreateTimer(
                static state => ((Expiry)state!).Source.EndByTimeout(((Expiry)state).Ticket),
                new Expiry(this, _ticket), terms.Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        }

        if (terms.Token.CanBeCanceled)
        {
            _cancellation = terms.Token.UnsafeRegister(static state => ((AwaitSource)state!).Cancel(), this);
        }

        // [AWAIT-END] full: what each side wrote is seen by the one who finishes. Pairs with [AWAIT-END]. Without it the continuation
        // could run on a source that is still being set up.
        if ((Atomic.OrFull(ref _progress, SetUp) & Ended) != 0)
        {
            Execute(); // no continuation is there yet: the caller finds the await completed
        }
    }

    private void Cancel()
    {
        if (_ticket.TryTake())
        {
            _canceled = true;
            RaiseEnded(mayRunHere: false);
        }
    }

    private void RaiseEnded(bool mayRunHere)
    {
        // [AWAIT-END] full: as above. Pairs with [AWAIT-END].
        if ((Atomic.OrFull(ref _progress, Ended) & SetUp) == 0)
        {
            return;
        }

        if (mayRunHere)
        {
            Execute();
        }
        else if (!AwaitLinger.TryGive(_number))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => AwaitLinger.Run(this);

    private WaitResult TakeResult(short token)
    {
        // A wrong token throws here, before anything is given back: the source belongs to another await by then.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException(
                "The result of a pending await was asked for. Await the ValueTask, or turn it into a task by AsTask() to block on it.");
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    private void Recycle()
    {
        _core.Reset();
        AwaitPool.Give(_number);
    }

    private sealed record Expiry(AwaitSource Source, AwaitTicket Ticket);
}
