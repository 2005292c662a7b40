// What stands behind an await: a pooled source with a callback on the fence. The callback's argument is the source's number, so
// no handle to a managed object lives in native memory.
//
// Setting up and completing may overlap: the fence may signal while the caller still registers its cancellation token. Both
// sides raise their bit in one word, and whoever comes second finishes.
using System.Threading.Tasks.Sources;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>One await in flight; used again once its result has been taken.</summary>
internal sealed unsafe class AwaitSource : IValueTaskSource<FenceStatus>, IThreadPoolWorkItem
{
    private const uint SetUp = 1;
    private const uint Ended = 2;

    private readonly nint _number;
    private ManualResetValueTaskSourceCore<FenceStatus> _core;
    private FenceRef _held;
    private CallbackRegistration _callback;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private FenceStatus _status;
    private bool _canceled;
    private uint _progress;

    internal AwaitSource(int number) => _number = number;

    /// <summary>Begins an await.</summary>
    public static ValueTask<FenceStatus> Start(Fence fence, CancellationToken token)
    {
        if (Checks.On && Section.IsInside())
        {
            Section.ReportInside("An await", MisuseKind.WaitInsideSection);
        }

        FenceStatus status = fence.Status;
        if (status.IsCompleted)
        {
            return new ValueTask<FenceStatus>(status);
        }

        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FenceStatus>(token);
        }

        // The reference keeps the status readable until the continuation has it.
        if (!fence.TryAcquire(out FenceRef held))
        {
            return new ValueTask<FenceStatus>(FenceStatus.Stale);
        }

        AwaitSource source = AwaitPool.Take();
        return source.Begin(held, token);
    }

    /// <inheritdoc/>
    public FenceStatus GetResult(short token)
    {
        // A wrong token throws here, before anything is given back: the source belongs to another await by then.
        _core.GetStatus(token);
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Pool thread: hands the result to the continuation.</summary>
    public void Execute()
    {
        if (_canceled)
        {
            _core.SetException(new OperationCanceledException(_token));
        }
        else
        {
            _core.SetResult(_status);
        }
    }

    private ValueTask<FenceStatus> Begin(FenceRef held, CancellationToken token)
    {
        _held = held;
        _token = token;
        _canceled = false;
        Atomic.StorePlain(ref _progress, 0);
        short version = _core.Version;
        switch (held.Fence.AddCallback(&OnSignaled, _number, out _callback))
        {
            case AddCallbackResult.Added:
                if (token.CanBeCanceled)
                {
                    _cancellation = token.UnsafeRegister(static state => ((AwaitSource)state!).Cancel(), this);
                }

                RaiseBit(SetUp);
                return new ValueTask<FenceStatus>(this, version);
            case AddCallbackResult.NoMemory:
                Recycle();
                throw new InsufficientMemoryException("No callback node for this await: the engine's bound is reached (MaxCallbacks).");
            default:
                FenceStatus status = held.Fence.Status;
                Recycle();
                return new ValueTask<FenceStatus>(status);
        }
    }

    private static void OnSignaled(Fence fence, nint number)
    {
        AwaitSource source = AwaitPool.At((int)number);
        source._status = fence.Status;
        source.RaiseBit(Ended);
    }

    private void Cancel()
    {
        // Removed means that the callback never runs: the end is ours to report. Otherwise the fence was first.
        if (_callback.Remove())
        {
            _canceled = true;
            RaiseBit(Ended);
        }
    }

    private void RaiseBit(uint bit)
    {
        // [AWAIT-END] full: what each side wrote is seen by the one who finishes. Pairs with [AWAIT-END]. Without it the continuation
        // could run on a source that is still being set up.
        if (Atomic.OrFull(ref _progress, bit) == (bit ^ (SetUp | Ended)))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Recycle()
    {
        // Waits for a cancellation that runs at this moment, so that it cannot reach the source's next await.
        _cancellation.Dispose();
        _cancellation = default;
        _callback = default;
        _held.Dispose();
        _held = default;
        _core.Reset();
        AwaitPool.Give((int)_number);
    }
}

/// <summary>Sources by number; a lock of a few instructions guards the free list, no continuation runs under it.</summary>
internal static class AwaitPool
{
    private static readonly Lock s_lock = new();
    private static AwaitSource[] s_sources = new AwaitSource[64];
    private static int[] s_free = new int[64];
    private static int s_freeCount;
    private static int s_made;

    /// <summary>A source that is in nobody's use.</summary>
    public static AwaitSource Take()
    {
        lock (s_lock)
        {
            if (s_freeCount != 0)
            {
                return s_sources[s_free[--s_freeCount]];
            }

            if (s_made == s_sources.Length)
            {
                Array.Resize(ref s_free, 2 * s_made);
                Array.Resize(ref s_sources, 2 * s_made);
            }

            AwaitSource source = new(s_made);
            s_sources[s_made++] = source;
            return source;
        }
    }

    /// <summary>The source of a number that is in use.</summary>
    public static AwaitSource At(int number)
    {
        lock (s_lock)
        {
            return s_sources[number];
        }
    }

    /// <summary>Gives a source back.</summary>
    public static void Give(int number)
    {
        lock (s_lock)
        {
            s_free[s_freeCount++] = number;
        }
    }
}
