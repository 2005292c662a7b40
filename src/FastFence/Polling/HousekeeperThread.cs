// The slow thread: reclaims for idle and dead threads, runs destructors, and watches everybody else. Low priority, one tick
// every 10 ms. Nothing of the way of a fence waits for it.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>The reclaimer and watchdog of one engine.</summary>
internal sealed unsafe class HousekeeperThread : IDisposable
{
    private const long TickNanoseconds = 10_000_000;

    private readonly EngineBlock* _engine;
    private readonly Action _chores;
    private readonly Thread _thread;
    private readonly AgentStart _start = new();
    private uint _stop;
    private ulong _ticks;

    /// <summary>Starts the thread; <paramref name="chores"/> run every tick after reclaiming and must not throw.</summary>
    /// <exception cref="InsufficientMemoryException">It can have no reader record or cache.</exception>
    public HousekeeperThread(EngineBlock* engine, Action chores)
    {
        _engine = engine;
        _chores = chores;
        _thread = new Thread(Run) { Name = "FastFence reclaimer", IsBackground = true, Priority = ThreadPriority.BelowNormal };
        _start.Run(_thread);
    }

    /// <summary>Is the calling thread this one?</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Ticks ended. Any thread.</summary>
    public ulong Ticks => Atomic.LoadAcquire(ref _ticks);

    /// <summary>The class of an engine's reclaimer in checked mode's graph of waits.</summary>
    public static string ClassOf(ulong serial) => $"the reclaimer of engine {serial}";

    /// <summary>Stops it and waits.</summary>
    public void Dispose()
    {
        Atomic.StoreRelease(ref _stop, 1);
        Hasten(_engine);
        if (!IsCurrent)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        ThreadCache* cache = Registry.CacheOf(&_engine->Pools);
        _start.Report(cache != null);
        if (Checks.On && cache != null)
        {
            CheckedThread.Current.Held.Push(
                OrderGraph.NodeOf(ClassOf(_engine->Pools.Serial)), HeldKind.Agent, new CodeSite(string.Empty, 0, "a destructor on the reclaimer"));
        }

        GraceProbe probe = new(_engine);
        while (cache != null && Atomic.LoadAcquire(ref _stop) == 0)
        {
            ReclaimStaged(cache, all: false);
            DestroyRipe(_engine);
            probe.Tick();
            _chores();
            Atomic.StoreRelease(ref _ticks, _ticks + 1);
            Rest(cache->Reader);
        }
    }

    /// <summary>Asks for ripe destructors to be run now: somebody waits for them. Any thread; a system call at most.</summary>
    public static void Hasten(EngineBlock* engine)
    {
        if (Atomic.ExchangeFull(ref engine->Hasten, 1) == 0)
        {
            Futex.Wake(&engine->Hasten, 1);
        }
    }

    private void Rest(ReaderRecord* reader)
    {
        long next = MonotonicClock.Nanoseconds + TickNanoseconds;
        while (MonotonicClock.Nanoseconds < next && Atomic.LoadAcquire(ref _stop) == 0)
        {
            Reader.Rest(reader);
            Futex.Wait(&_engine->Hasten, 0, next);
            if (Atomic.ExchangeFull(ref _engine->Hasten, 0) != 0)
            {
                DestroyRipe(_engine);
            }
        }
    }

    /// <summary>
    /// One turn of reclaiming for the engine; <paramref name="all"/> takes the staged slots of busy threads too. Any thread may
    /// do it, each with its own cache.
    /// </summary>
    public static void ReclaimStaged(ThreadCache* own, bool all)
    {
        Registry.RecoverDead(own->Domain);
        for (ThreadCache* c = (ThreadCache*)Atomic.LoadAcquire(ref own->Pools->Caches); c != null; c = c->NextOfEngine)
        {
            if (c != own && c->Orphaned != 2 && (all || c->Orphaned == 1 || c->Activity == c->SeenActivity))
            {
                LateSlots.Steal(own, c);
            }
        }

        LateSlots.Settle(own);
        Reclaimer.Turn<FenceKind, CallbackKind>(own, all);
    }

    /// <summary>Runs the destructors whose grace period is over. One thread at a time: this one, and teardown behind it.</summary>
    public static void DestroyRipe(EngineBlock* engine) => engine->Retired.DestroyRipe(engine->Domain, &Destroy);

    private static void Destroy(RetireRecord* record)
    {
        if (record->Destructor != 0)
        {
            ReaderRecord* reader = Registry.CurrentReader();
            ForeignCode before = ForeignCode.Enter(reader, ForeignKind.Destructor, 0, 0, record->Destructor, (nint)record->Exporter);
            try
            {
                ((delegate*<nint, void>)record->Destructor)(record->Data);
            }
#pragma warning disable CA1031 // an exporter's destructor must not end the reclaimer
            catch (Exception e)
#pragma warning restore CA1031
            {
                Faults.Report(record->Serial, default, e);
            }
            finally
            {
                before.Exit(reader);
            }
        }

        if (record->Exporter != null)
        {
            DestructorCount.Leave(record->Exporter);
        }

        if (record->Block != 0)
        {
            RetireRecord.PoisonBlock(record);
            Memory.BlockHeap.Free((void*)record->Block, record->BlockBytes);
        }

        Memory.BlockHeap.Free(record, sizeof(RetireRecord));
    }
}
