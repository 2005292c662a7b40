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
    private uint _stop;

    /// <summary>Starts the thread; <paramref name="chores"/> run every tick after reclaiming and must not throw.</summary>
    public HousekeeperThread(EngineBlock* engine, Action chores)
    {
        _engine = engine;
        _chores = chores;
        _thread = new Thread(Run) { Name = "FastFence reclaimer", IsBackground = true, Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>Is the calling thread this one?</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Stops it and waits.</summary>
    public void Dispose()
    {
        Atomic.StoreRelease(ref _stop, 1);
        if (!IsCurrent)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        ThreadCache* cache = Registry.CacheOf(&_engine->Pools);
        while (cache != null && Atomic.LoadAcquire(ref _stop) == 0)
        {
            ReclaimStaged(cache, all: false);
            _engine->Retired.DestroyRipe(cache->Domain, &Destroy);
            _chores();
            Nap.For(TickNanoseconds);
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

    private static void Destroy(RetireRecord* record)
    {
        if (record->Destructor != 0)
        {
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
        }

        if (record->Block != 0)
        {
            RetireRecord.PoisonBlock(record);
            Memory.BlockHeap.Free((void*)record->Block, record->BlockBytes);
        }

        Memory.BlockHeap.Free(record, sizeof(RetireRecord));
    }
}
