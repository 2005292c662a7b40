using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Waiting;

namespace FastFence.Polling;

/// <summary>What a thread of the engine does with a queue.</summary>
internal enum DispatcherRole
{
    /// <summary>It runs callbacks of timelines without an executor.</summary>
    Runs,

    /// <summary>It gives timelines to their executors, and tells awaits that a poller has completed. It runs none of the user's callbacks.</summary>
    Forwards,
}

/// <summary>
/// A managed thread that does what a poller may not. It takes one timeline at a time from the queue: what it has not begun is there
/// for the thread that replaces it when a callback blocks it (<see cref="Dispatchers"/>).
/// </summary>
internal sealed unsafe class DispatcherThread
{
    private const long SafetyPollNanoseconds = 100_000_000;

    private readonly EngineBlock* _engine;
    private readonly DispatchQueue* _queue;
    private readonly DispatcherRole _role;
    private readonly Thread _thread;
    private readonly AgentStart _start = new();
    private readonly CallbackWitness _witness = new();
    private ThreadCache* _cache;
    private ulong _turns;
    private uint _inPost;
    private uint _stop;

    /// <summary>Starts the thread.</summary>
    /// <exception cref="InsufficientMemoryException">It can have no reader record or cache.</exception>
    public DispatcherThread(EngineBlock* engine, DispatcherRole role)
    {
        _engine = engine;
        _role = role;
        _queue = role == DispatcherRole.Runs ? &engine->Dispatch : &engine->Forward;
        _thread = new Thread(Run) { Name = role == DispatcherRole.Runs ? "FastFence dispatcher" : "FastFence forwarder", IsBackground = true };
        _start.Run(_thread);
    }

    /// <summary>Has the thread ended?</summary>
    public bool HasEnded => !_thread.IsAlive;

    /// <summary>Is it the calling thread?</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Inside foreign code: a callback, or an executor's <c>Post</c>.</summary>
    public bool IsInForeignCode => Atomic.LoadAcquire(ref _inPost) != 0 || (_role == DispatcherRole.Runs && _witness.IsRunning);

    /// <summary>Changes whenever it gets on.</summary>
    public ulong Progress => Atomic.LoadAcquire(ref _turns) + _cache->Counters.Read(Counter.CallbacksRun);

    /// <summary>What it runs at this moment, in words.</summary>
    public string Describe() => $"thread {_cache->ThreadId} ({_thread.Name}) is inside "
        + (_role == DispatcherRole.Runs ? _witness.Describe() : "an executor's Post");

    /// <summary>Lets it end: at once after what it runs now, or when the queue is empty.</summary>
    public void Stop(bool atOnce)
    {
        Atomic.StoreRelease(ref _stop, atOnce ? 2u : 1u);
        DispatchQueue.Wake(_queue);
    }

    private void Run()
    {
        ThreadCache* cache = Registry.CacheOf(&_engine->Pools);
        _cache = cache;
        _start.Report(cache != null);
        if (cache == null)
        {
            return;
        }

        if (Checks.On && _role == DispatcherRole.Runs)
        {
            // Whoever waits in a callback here waits in front of every callback behind it, and of what those would signal.
            CheckedThread.Current.Held.Push(
                OrderGraph.NodeOf($"the dispatcher of engine {_engine->Pools.Serial}"), HeldKind.Agent, new CodeSite(string.Empty, 0, "a callback on the dispatcher"));
        }

        CallbackWitness.Current = _witness;
        while (Atomic.LoadAcquire(ref _stop) != 2)
        {
            if (DoWork(cache))
            {
                continue;
            }

            if (Atomic.LoadAcquire(ref _stop) != 0 && _queue->IsEmpty)
            {
                break;
            }

            Reader.Rest(cache->Reader);
            DispatchQueue.Sleep(_queue, MonotonicClock.Nanoseconds + SafetyPollNanoseconds);
        }

        // A successor may have slept over a push whose wake we took.
        DispatchQueue.Wake(_queue);
    }

    private bool DoWork(ThreadCache* cache)
    {
        bool worked = false;
        if (_role == DispatcherRole.Forwards)
        {
            QuiesceSource.TellRipe();
        }

        uint awaits = DispatchQueue.TakeAwaits(_queue);
        if (awaits != 0)
        {
            CallbackInvoke.TellAwaits(cache, awaits);
            worked = true;
        }

        TimelineBlock* timeline = DispatchQueue.TryTake(_queue);
        if (timeline == null)
        {
            return worked;
        }

        Atomic.StoreRelease(ref _turns, _turns + 1);
        if (_role == DispatcherRole.Runs)
        {
            CallbackInvoke.RunTimeline(cache, timeline);
        }
        else
        {
            Atomic.StoreRelease(ref _inPost, 1);
            CallbackWork.Forward(timeline);
            Atomic.StoreRelease(ref _inPost, 0);
        }

        return true;
    }
}
