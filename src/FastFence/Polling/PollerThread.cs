using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>The managed thread that runs a poller's turns, pinned where asked and possible.</summary>
internal sealed unsafe class PollerThread : IDisposable
{
    private readonly PollerBlock* _poller;
    private readonly int? _core;
    private readonly ManualResetEventSlim _started = new();
    private readonly Thread _thread;
    private uint _stop;
    private string _pinning = "not asked for";

    /// <summary>Starts the thread; it polls when this returns.</summary>
    public PollerThread(PollerBlock* poller, int? core)
    {
        _poller = poller;
        _core = core;
        _thread = new Thread(Run) { Name = "FastFence poller", IsBackground = true, Priority = ThreadPriority.Highest };
        _thread.Start();
        _started.Wait();
    }

    /// <summary>Whether the thread is pinned, and why not (C# words for a person).</summary>
    public string Pinning => _pinning;

    /// <summary>Is it still running?</summary>
    public bool IsAlive => _thread.IsAlive;

    /// <summary>Stops the thread and waits for it, unless it is the caller.</summary>
    public void Dispose()
    {
        Atomic.StoreRelease(ref _stop, 1);
        Atomic.ExchangeFull(ref _poller->Wake.Asleep, 0);
        Futex.Wake(&_poller->Wake.Asleep, 1);
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }

        _started.Dispose();
    }

    /// <summary>Makes the calling thread the poller's: online, with a cache of its own.</summary>
    public static void Enter(PollerBlock* poller)
    {
        ReaderRecord* reader = Registry.CurrentReader();
        poller->Cache = Registry.CacheOf(&poller->Engine->Pools);
        if (reader == null || poller->Cache == null)
        {
            References.ThrowNoCache();
        }

        Registry.SetOnline(reader, true);
    }

    /// <summary>Makes it an ordinary thread again.</summary>
    public static void Leave() => Registry.SetOnline(Registry.CurrentReader(), false);

    private void Run()
    {
        if (_core is int core)
        {
            _pinning = Affinity.TryPinCurrentThread(core, out string reason) ? $"pinned to core {core}" : $"not pinned: {reason}";
        }

        Enter(_poller);
        _started.Set();
        while (Atomic.LoadAcquire(ref _stop) == 0)
        {
            PollerCore.Idle(_poller, PollerCore.DoWork(_poller));
        }

        _poller->Engine->Clock.Publish(0);
        Leave();
    }
}
