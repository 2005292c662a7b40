using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>The managed thread that runs the callbacks which a poller may not run.</summary>
internal sealed unsafe class DispatcherThread : IDisposable
{
    private const long SafetyPollNanoseconds = 100_000_000;

    private readonly EngineBlock* _engine;
    private readonly Thread _thread;
    private readonly AgentStart _start = new();
    private uint _stop;

    /// <summary>Starts the thread.</summary>
    /// <exception cref="InsufficientMemoryException">It can have no reader record or cache.</exception>
    public DispatcherThread(EngineBlock* engine)
    {
        _engine = engine;
        _thread = new Thread(Run) { Name = "FastFence dispatcher", IsBackground = true };
        _start.Run(_thread);
    }

    /// <summary>Stops the thread once its queue is empty, and waits for it unless it is the caller.</summary>
    public void Dispose()
    {
        Atomic.StoreRelease(ref _stop, 1);
        do
        {
            // Again and again: it may announce its sleep after a wake.
            DispatchQueue.Wake(&_engine->Dispatch);
        }
        while (Thread.CurrentThread != _thread && !_thread.Join(1));
    }

    private void Run()
    {
        ThreadCache* cache = Registry.CacheOf(&_engine->Pools);
        _start.Report(cache != null);
        if (Checks.On && cache != null)
        {
            // Whoever waits in a callback here waits in front of every callback behind it, and of what those would signal.
            CheckedThread.Current.Held.Push(
                OrderGraph.NodeOf($"the dispatcher of engine {_engine->Pools.Serial}"), HeldKind.Agent, new CodeSite(string.Empty, 0, "a callback on the dispatcher"));
        }

        while (cache != null)
        {
            if (CallbackInvoke.RunHandedOver(cache) != 0)
            {
                continue;
            }

            if (Atomic.LoadAcquire(ref _stop) != 0 && _engine->Dispatch.IsEmpty)
            {
                return;
            }

            DispatchQueue.Sleep(&_engine->Dispatch, MonotonicClock.Nanoseconds + SafetyPollNanoseconds);
        }
    }
}
