using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>The managed thread that runs a poller's turns, pinned where asked and possible.</summary>
internal sealed unsafe class PollerThread : IPollerThread
{
    private readonly PollerBlock* _poller;
    private readonly uint _term;
    private readonly int? _core;
    private readonly AgentStart _start = new();
    private readonly Thread _thread;
    private uint _stop;
    private uint _asked;
    private ulong _compiled;
    private string _pinning = "not asked for";

    /// <summary>Starts the thread; it polls when this returns.</summary>
    /// <exception cref="InsufficientMemoryException">It can have no reader record or cache.</exception>
    public PollerThread(PollerBlock* poller, int? core)
    {
        _poller = poller;
        _term = Atomic.LoadAcquire(ref poller->Words.Term);
        _core = core;
        _thread = new Thread(Run) { Name = "FastFence poller", IsBackground = true, Priority = ThreadPriority.Highest };
        _start.Run(_thread);
    }

    /// <inheritdoc/>
    public bool IsNative => false;

    /// <inheritdoc/>
    public string Pinning => _pinning;

    /// <inheritdoc/>
    public bool IsPinned { get; private set; }

    /// <inheritdoc/>
    public bool IsAlive => _thread.IsAlive;

    /// <inheritdoc/>
    public long MethodsCompiled
    {
        get
        {
            Atomic.StoreRelease(ref _asked, 1); // the runtime tells a thread only its own count: the next turn leaves it here
            return (long)Atomic.LoadAcquire(ref _compiled);
        }
    }

    /// <inheritdoc/>
    public bool TryStop(long deadlineNanoseconds)
    {
        Atomic.StoreRelease(ref _stop, 1);
        do
        {
            // Again and again: a poller on its way to sleep may announce itself after a wake.
            Atomic.ExchangeFull(ref _poller->Wake.Asleep, 0);
            Futex.Wake(&_poller->Wake.Asleep, 1);
        }
        while (Thread.CurrentThread != _thread && !_thread.Join(1));
        return true;
    }

    /// <summary>
    /// Makes the calling thread the poller's: online, with a cache of its own; what kind of reader it was, or free when it can have
    /// no record or cache.
    /// </summary>
    public static ReaderState Enter(PollerBlock* poller, out ThreadCache* cache)
    {
        ReaderRecord* reader = Registry.CurrentReader();
        cache = Registry.CacheOf(&poller->Engine->Pools);
        if (reader == null || cache == null)
        {
            return ReaderState.Free;
        }

        ReaderState former = (ReaderState)reader->State;
        poller->Cache = cache;
        Registry.SetOnline(reader, true);
        return former;
    }

    /// <summary>Makes it again what it was.</summary>
    public static void Leave(ReaderState former)
    {
        ReaderRecord* reader = Registry.CurrentReader();
        if (former == ReaderState.Casual)
        {
            Registry.SetOnline(reader, false);
        }
        else if (former == ReaderState.Away)
        {
            Reader.TryLeave(reader);
        }
    }

    /// <summary>
    /// One turn. Retiring is signalling: a native callback that waits here holds up every ring (C3). Only a managed poller is told so; a
    /// NativeAOT one runs <see cref="PollerCore"/> itself.
    /// </summary>
    public static int DoWork(PollerBlock* poller, ThreadCache* cache, uint term)
    {
        if (!Checks.On)
        {
            return PollerCore.DoWork(poller, cache, term);
        }

        ReaderRecord* reader = cache->Reader;
        reader->Signalling++;
        try
        {
            return PollerCore.DoWork(poller, cache, term);
        }
        finally
        {
            reader->Signalling--;
        }
    }

    private void Run()
    {
        if (_core is int core)
        {
            IsPinned = Affinity.TryPinCurrentThread(core, out string reason);
            _pinning = IsPinned ? $"pinned to core {core}" : $"not pinned: {reason}";
        }

        ReaderState former = Enter(_poller, out ThreadCache* cache);
        _start.Report(former != ReaderState.Free);
        if (former == ReaderState.Free)
        {
            return;
        }

        while (Atomic.LoadAcquire(ref _stop) == 0)
        {
            PollerCore.Idle(_poller, cache, _term, DoWork(_poller, cache, _term));
            if (Atomic.LoadPlain(ref _asked) != 0)
            {
                Atomic.StoreRelease(ref _asked, 0);
                Atomic.StoreRelease(ref _compiled, (ulong)System.Runtime.JitInfo.GetCompiledMethodCount(currentThread: true));
            }
        }

        _poller->Engine->Clock.Publish(0);
        Leave(former);
    }
}
