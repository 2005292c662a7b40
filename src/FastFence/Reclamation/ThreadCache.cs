using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Recording;

namespace FastFence.Reclamation;

/// <summary>
/// Everything one thread keeps for one engine: magazines, limbo, counters, and the run list of callbacks. Native, made at
/// first use, adopted by the reclaimer when the thread has ended.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ThreadCache
{
    /// <summary>Serial of a cache whose engine is gone; no pool has it, a disposed one included.</summary>
    public const ulong NoEngine = ulong.MaxValue;

    /// <summary>Value of <see cref="Running"/> while a dispatcher or executor runs what others signaled.</summary>
    public const uint HandedOver = 2;

    /// <summary>Serial of the engine, or <see cref="NoEngine"/>. A thread finds its cache by this.</summary>
    public ulong Serial;

    /// <summary>The engine's memory side.</summary>
    public PoolSet* Pools;

    /// <summary>The domain.</summary>
    public DomainBlock* Domain;

    /// <summary>The thread's record.</summary>
    public ReaderRecord* Reader;

    /// <summary>Ring of the flight recorder while it is on, else 0. Written under the registry's lock; on a line that the hot path reads anyway.</summary>
    public nint Record;

    /// <summary>Copy of the pool's bag capacity, on a line that the hot path reads anyway.</summary>
    public uint BagCapacity;

    /// <summary>First fence whose callbacks wait to be run on this thread; 0 = none.</summary>
    public uint RunHead;

    /// <summary>Last callback node of the last such fence.</summary>
    public uint RunTail;

    /// <summary>Newest await that this thread's signals have completed and that it has not told yet; 0 = none.</summary>
    public uint AwaitHead;

    /// <summary>
    /// Nonzero while this thread runs callbacks: signals raised inside queue theirs (C12). 1: its own signals';
    /// <see cref="HandedOver"/>: as a dispatcher or executor.
    /// </summary>
    public uint Running;

    /// <summary>1 while the present signal was raised inside an access section of the caller's: its callbacks go to the dispatcher.</summary>
    public uint SignalNested;

    /// <summary>
    /// 1 while the thread's last signal by place found callbacks: the next one looks before it closes, since an exchange in vain costs more than a look at a
    /// line that the thread had last. The first access to another thread's line should be the exchange, and is, but for one in a change.
    /// </summary>
    public uint LooksFirst;

    /// <summary>1 once a slot was kept in <see cref="Late"/> and <see cref="Fences.LateSlots.Settle"/> has not found it empty since.</summary>
    public uint HasLate;

    /// <summary>Next cache of the same thread.</summary>
    public ThreadCache* NextOfThread;

    /// <summary>Next cache of the same engine.</summary>
    public ThreadCache* NextOfEngine;

    /// <summary>The ring once it had one: it stays the cache's while recording is off.</summary>
    public RecordRing* KeptRing;

    /// <summary>Fence slots.</summary>
    public SlotCache Fences;

    /// <summary>Callback nodes.</summary>
    public SlotCache Nodes;

    /// <summary>Bag of slots released while their callbacks still run: they go to limbo once those have returned.</summary>
    public nint Late;

    /// <summary>Value of <see cref="Activity"/> at the reclaimer's last look.</summary>
    public ulong SeenActivity;

    /// <summary>OS thread id of the owner.</summary>
    public int ThreadId;

    /// <summary>0 = in use, 1 = its thread has ended and its limbo still drains, 3 = being emptied, 2 = may serve another thread.</summary>
    public uint Orphaned;

    /// <summary>The thread's counters.</summary>
    public CounterCells Counters;

    /// <summary>Changes whenever the thread stages something: an unchanged value for a tick means idle.</summary>
    public ulong Activity => Counters.Read(Counter.Released) + Counters.Read(Counter.NodesReleased);

    /// <summary>
    /// Counts one. Owning thread only. Through the pointer: the cells' own method costs a check for null each time. Address written twice: of <c>++</c> the JIT
    /// makes it by itself first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Count(ThreadCache* cache, Counter counter) =>
        ((ulong*)&cache->Counters)[(int)counter] = ((ulong*)&cache->Counters)[(int)counter] + 1;

    /// <summary>Turns its records on or off, as its pool says. Under the registry's lock.</summary>
    public static void SetRecording(ThreadCache* cache)
    {
        PoolSet* pools = cache->Pools;
        if (pools->Recording == 0)
        {
            Atomic.StoreRelease(&cache->Record, 0);
            return;
        }

        if (cache->KeptRing == null)
        {
            cache->KeptRing = RecordArea.TakeRing((RecordArea*)pools->Recorder, cache->ThreadId);
        }

        if (cache->KeptRing != null)
        {
            Atomic.StoreRelease(ref cache->KeptRing->Precise, pools->Recording == 2 ? 1u : 0);
        }

        // [RECORD-ON] release: the ring is made before its owner writes there. Pairs with [RECORD-OWN]. Without it a thread would write
        // records by a size that is not set yet.
        Atomic.StoreRelease(&cache->Record, (nint)cache->KeptRing);
    }

    /// <summary>Frees the bags it holds, limbo included. Teardown only: no slot of the engine is used any more.</summary>
    public static void FreeBags(ThreadCache* cache)
    {
        FreeCache(&cache->Fences);
        FreeCache(&cache->Nodes);
        BlockHeap.Free((void*)cache->Late, Bag.Bytes);
        cache->Late = 0;
    }

    private static void FreeCache(SlotCache* cache)
    {
        BlockHeap.Free(cache->Loaded, Bag.Bytes);
        BlockHeap.Free((void*)cache->Staging, Bag.Bytes);
        for (uint bag = cache->Limbo.TakeAny(); bag != 0; bag = cache->Limbo.TakeAny())
        {
            BlockHeap.Free(Bag.At(bag), Bag.Bytes);
        }

        cache->Loaded = null;
        cache->Staging = 0;
    }
}
