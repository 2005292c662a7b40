// One small engine for all cases, made from the engine's own parts: bags of eight slots, no housekeeper, no poller, no poison.
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Reclamation;

namespace FastFence.Model.Worlds;

internal static unsafe class World
{
    private const int Words = 16;

    private static readonly nint[] s_caches = new nint[Clocks.MaxThreads];
    private static EngineBlock* s_engine;
    private static TimelineBlock* s_timeline;
    private static ulong* s_words;

    /// <summary>The engine.</summary>
    public static EngineBlock* Engine => s_engine;

    /// <summary>The domain.</summary>
    public static DomainBlock* Domain => Reclamation.Domain.Process;

    /// <summary>A software timeline.</summary>
    public static TimelineBlock* Timeline => s_timeline;

    /// <summary>The cache of a model thread; the last one is the explorer's own.</summary>
    public static ThreadCache* Cache(int thread) => (ThreadCache*)s_caches[thread];

    /// <summary>A word of the case's, in native memory, on a line of its own.</summary>
    public static ref ulong Word(int index) => ref s_words[index * 8];

    /// <summary>Makes the engine; the calling thread is the explorer's.</summary>
    public static void Create(Worker[] workers)
    {
        AppContext.SetData(Reservation.BoundOption, 64L << 20);
        Waiting.AwaitLinger.IsOn = false; // its seat is the process's; the cases have one of their own
        s_engine = (EngineBlock*)BlockHeap.TryAllocate(sizeof(EngineBlock));
        s_engine->Domain = Domain;
        PoolSet* pools = &s_engine->Pools;
        pools->Serial = 1;
        pools->BagCapacity = 8;
        pools->AdvanceThreshold = 2;
        pools->LimboBound = 1000;
        pools->Fences = new SlotPool { Region = Regions.Fences, Quota = 64 };
        pools->Nodes = new SlotPool { Region = Regions.Nodes, Quota = 64 };
        s_words = (ulong*)BlockHeap.TryAllocate(Words * 64);
        Word(Words - 1) = 1; // a page of zeroes would not be in the snapshot
        *(ulong*)BlockHeap.TryAllocate(sizeof(ulong)) = 1; // nor would that of the smallest blocks, a ring's retire slots among them
        _ = UnusedTimeline.Open; // made now, so that it is in the snapshot
        s_timeline = NewTimeline();
        for (int i = 0; i < Clocks.MaxThreads - 1; i++)
        {
            int thread = i;
            workers[i].Do(() => Attach(thread));
        }

        Attach(Clocks.MaxThreads - 1);
        for (int i = 0; i < 6; i++)
        {
            Bag* bag = (Bag*)BlockHeap.TryAllocate(Bag.Bytes);
            PoolSet.GiveEmptyBag(pools, bag);
        }
    }

    /// <summary>Another software timeline.</summary>
    public static TimelineBlock* NewTimeline()
    {
        TimelineBlock* timeline = (TimelineBlock*)BlockHeap.TryAllocate(sizeof(TimelineBlock));
        timeline->Engine = s_engine;
        timeline->Exporter = (ExporterBlock*)BlockHeap.TryAllocate(sizeof(ExporterBlock));
        timeline->Exporter->Engine = s_engine;
        timeline->Context = 1;
        timeline->DisplayContext = 1;
        return timeline;
    }

    /// <summary>A pending fence with the next seqno; shared, so that its references are counted by exchanges.</summary>
    public static Fence NewFence(uint references = 1)
    {
        ulong handle = FenceLife.Create(Cache(0), s_timeline, ++s_timeline->LastSeqno, 0, references, 0);
        return new Fence(handle);
    }

    /// <summary>How often a slot index stands in the bags that thread is filling, of fences or of nodes.</summary>
    public static int Staged(SlotCache* cache, uint slot)
    {
        Bag* bag = (Bag*)cache->Staging;
        int n = 0;
        for (uint i = (uint)bag->Claim; i < bag->Count; i++)
        {
            n += bag->Items[i] == slot ? 1 : 0;
        }

        return n;
    }

    /// <summary>The same over all threads.</summary>
    public static int StagedFences(uint slot)
    {
        int n = 0;
        for (int i = 0; i < Clocks.MaxThreads; i++)
        {
            n += Staged(&Cache(i)->Fences, slot);
        }

        return n;
    }

    /// <summary>The same for callback nodes.</summary>
    public static int StagedNodes(uint slot)
    {
        int n = 0;
        for (int i = 0; i < Clocks.MaxThreads; i++)
        {
            n += Staged(&Cache(i)->Nodes, slot);
        }

        return n;
    }

    // Magazines are filled here: no case but those about magazines should meet the slow way.
    private static void Attach(int thread)
    {
        ThreadCache* cache = Registry.CacheOf(&s_engine->Pools);
        s_caches[thread] = (nint)cache;
        FenceLife.Unreserve(cache, FenceLife.Reserve(cache));
        uint node = CallbackList.Take(cache);
        cache->Nodes.Loaded->Items[cache->Nodes.Loaded->Count++] = node;
        Clean(cache);
    }

    // A twin may follow what stood in a slot before: zero leads nowhere, the poison of a new slot leads out of memory.
    private static void Clean(ThreadCache* cache)
    {
        Bag* nodes = cache->Nodes.Loaded;
        for (uint i = 0; i < nodes->Count; i++)
        {
            CallbackNode* node = CallbackNode.At(nodes->Items[i]);
            *node = new CallbackNode { State = node->State };
        }

        Bag* fences = cache->Fences.Loaded;
        for (uint i = 0; i < fences->Count; i++)
        {
            FenceSlot* fence = FenceSlot.At(fences->Items[i]);
            *fence = new FenceSlot { RefGen = fence->RefGen };
        }
    }
}
