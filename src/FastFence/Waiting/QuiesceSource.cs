using System.Threading.Tasks.Sources;
using FastFence.Atomics;
using FastFence.Fences;

namespace FastFence.Waiting;

/// <summary>
/// An await of quiescence: pooled, and kept in one list a process, which the engines' forwarders look through when a marked fence is
/// quiesced (and ten times a second). The look costs a few nanoseconds for each one waiting.
/// </summary>
internal sealed unsafe class QuiesceSource : IValueTaskSource, IThreadPoolWorkItem
{
    private static readonly Lock s_lock = new();
    private static readonly List<QuiesceSource> s_waiting = [];
    private static readonly Stack<QuiesceSource> s_free = [];
    private static uint s_count;

    private ManualResetValueTaskSourceCore<bool> _core;
    private Fence _fence;
    private EngineBlock* _engine;
    private CancellationTokenRegistration _cancellation;
    private Exception? _error;

    /// <summary>Begins; the fence is signaled.</summary>
    public static ValueTask Start(Fence fence, CancellationToken token)
    {
        EngineBlock* engine = QuiesceWait.Mark(fence);
        if (engine == null)
        {
            return default;
        }

        QuiesceSource source;
        short version;
        lock (s_lock)
        {
            source = s_free.Count != 0 ? s_free.Pop() : new QuiesceSource();
            version = source._core.Version;
            source._fence = fence;
            source._engine = engine;
            source._error = null;
            s_waiting.Add(source);
            Atomic.StoreRelease(ref s_count, (uint)s_waiting.Count);
        }

        if (token.CanBeCanceled)
        {
            source._cancellation = token.UnsafeRegister(
                static (state, canceled) => ((QuiesceSource)state!).TryEnd(new OperationCanceledException(canceled)), source);
        }

        // The runner may have told before we were in the list.
        if (fence.IsQuiesced)
        {
            source.TryEnd(null);
        }

        return new ValueTask(source, version);
    }

    /// <summary>Tells those whose fence is quiesced. Any managed thread; allocates nothing.</summary>
    public static void TellRipe()
    {
        if (Atomic.LoadAcquire(ref s_count) == 0)
        {
            return;
        }

        lock (s_lock)
        {
            for (int i = s_waiting.Count - 1; i >= 0; i--)
            {
                if (s_waiting[i]._fence.IsQuiesced)
                {
                    End(i, null);
                }
            }
        }
    }

    /// <summary>The engine goes and does not wait any longer for callbacks that still run.</summary>
    public static void Abandon(EngineBlock* engine)
    {
        lock (s_lock)
        {
            for (int i = s_waiting.Count - 1; i >= 0; i--)
            {
                if (s_waiting[i]._engine == engine)
                {
                    End(i, s_waiting[i]._fence.IsQuiesced ? null : new ObjectDisposedException(
                        "FenceEngine", "The engine was disposed while a callback of the fence still ran."));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void GetResult(short token)
    {
        // A wrong token throws here, before anything is given back.
        _core.GetStatus(token);
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _cancellation.Dispose(); // waits for one that runs
            _cancellation = default;
            _core.Reset();
            lock (s_lock)
            {
                s_free.Push(this);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Pool thread: hands the end to the continuation.</summary>
    public void Execute()
    {
        if (_error != null)
        {
            _core.SetException(_error);
        }
        else
        {
            _core.SetResult(true);
        }
    }

    private void TryEnd(Exception? error)
    {
        lock (s_lock)
        {
            int at = s_waiting.IndexOf(this);
            if (at >= 0)
            {
                End(at, error);
            }
        }
    }

    private static void End(int at, Exception? error)
    {
        QuiesceSource source = s_waiting[at];
        s_waiting.RemoveAt(at);
        Atomic.StoreRelease(ref s_count, (uint)s_waiting.Count);
        source._error = error;
        Atomic.AddFull(ref source._engine->Pools.Parked, uint.MaxValue);
        ThreadPool.UnsafeQueueUserWorkItem(source, preferLocal: false);
    }
}
