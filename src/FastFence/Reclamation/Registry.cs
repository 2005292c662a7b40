// Which thread has which record and which caches. Everything here is cold and under one managed lock: a thread comes here
// when it first meets an engine, the reclaimer when a thread or an engine has gone.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Recording;

namespace FastFence.Reclamation;

/// <summary>What one thread keeps in its thread-static: one fetch gives both.</summary>
internal unsafe struct ThreadWords
{
    /// <summary>The thread's record; null until first use, or when none could be had.</summary>
    public ReaderRecord* Reader;

    /// <summary>Cache of the engine used last.</summary>
    public ThreadCache* Cache;

    /// <summary>
    /// Sections open on the shared record: until they have ended the thread takes no record of its own, or their exits would
    /// meet a word that does not know them.
    /// </summary>
    public uint SharedNest;
}

/// <summary>Threads, records and caches.</summary>
internal static unsafe partial class Registry
{
    /// <summary>Threads with a record of their own; those beyond share one. Lower under test.</summary>
    internal static uint MaxReaders { get; set; } = 4096;

    [ThreadStatic]
    private static ThreadWords t_words;

    private static readonly Lock s_lock = new();

    /// <summary>The calling thread's words.</summary>
    public static ref ThreadWords Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref t_words;
    }

    /// <summary>The lock of everything here: held for reading lists that change, never while waiting.</summary>
    public static Lock Gate => s_lock;

    /// <summary>The calling thread's cache for an engine; null at the reservation's bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadCache* CacheOf(PoolSet* pools) => CacheOf(ref t_words, pools);

    /// <summary>As the other, with the calling thread's words in hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadCache* CacheOf(ref ThreadWords words, PoolSet* pools)
    {
        ThreadCache* cache = words.Cache;
        return cache != null && cache->Serial == pools->Serial ? cache : Attach(pools);
    }

    /// <summary>The calling thread's record; null when it must use the shared one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReaderRecord* CurrentReader() => ReaderOf(ref t_words);

    /// <summary>As <see cref="CurrentReader"/>, with the calling thread's words in hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReaderRecord* ReaderOf(ref ThreadWords words)
    {
        ReaderRecord* reader = words.Reader;
        return reader != null ? reader : Register();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReaderRecord* Register()
    {
        if (t_words.SharedNest != 0)
        {
            return null;
        }

        DomainBlock* domain = Domain.Process;
        int tid = CurrentThread.Id;
        lock (s_lock)
        {
            ReaderRecord* record = FindFree(domain, tid);
            record = record != null ? record : AddRecord(domain);
            if (record == null && RecoverDeadLocked(domain) != 0)
            {
                record = FindFree(domain, tid);
            }

            if (record == null)
            {
                return null;
            }

            record->ThreadId = tid;
            record->ThreadStart = CurrentThread.StartTime(tid);
            record->InForeignCode = 0;
            record->ForeignKind = 0;
            record->Signalling = 0;
            Atomic.StoreRelease(ref record->State, (uint)ReaderState.Casual);

            // [READER-REGISTER] full: the record is in the list before this thread's first section. Pairs with [GP-SCAN]. Without it a
            // scan that began before would pass over a reader already inside.
            Atomic.FenceFull();
            t_words.Reader = record;
            return record;
        }
    }

    private static ReaderRecord* FindFree(DomainBlock* domain, int tid)
    {
        ReaderRecord* free = null;
        for (ReaderRecord* r = Domain.First(domain); r != null; r = r->Next)
        {
            // A thread id that registers again belongs to a new thread: the old one has ended.
            if (r->State != (uint)ReaderState.Free && r->ThreadId == tid && r->OtherRuntime == 0)
            {
                Vacate(r);
            }

            if (free == null && r->State == (uint)ReaderState.Free)
            {
                free = r;
            }
        }

        return free;
    }

    private static ReaderRecord* AddRecord(DomainBlock* domain)
    {
        if (domain->RecordCount >= MaxReaders)
        {
            return null;
        }

        ReaderRecord* record = (ReaderRecord*)BlockHeap.TryAllocate(sizeof(ReaderRecord));
        if (record != null)
        {
            record->Next = Domain.First(domain);
            domain->RecordCount++;
            Atomic.StoreRelease(ref domain->Records, (nint)record); // [READER-REGISTER]
        }

        return record;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ThreadCache* Attach(PoolSet* pools)
    {
        ReaderRecord* reader = CurrentReader();
        if (reader == null || pools->Serial == 0)
        {
            return null;
        }

        lock (s_lock)
        {
            ThreadCache* cache = FindOwn(reader, pools->Serial);
            if (cache == null)
            {
                cache = FindEmpty(reader, pools);
            }

            if (cache == null)
            {
                cache = Create(reader, pools);
            }

            if (cache != null)
            {
                t_words.Cache = cache;
            }

            return cache;
        }
    }

    private static ThreadCache* FindOwn(ReaderRecord* reader, ulong serial)
    {
        for (ThreadCache* c = reader->Caches; c != null; c = c->NextOfThread)
        {
            if (c->Serial == serial)
            {
                return c;
            }
        }

        return null;
    }

    // A cache whose thread has ended and whose limbo has drained serves the next thread of the same engine.
    private static ThreadCache* FindEmpty(ReaderRecord* reader, PoolSet* pools)
    {
        for (ThreadCache* c = (ThreadCache*)pools->Caches; c != null; c = c->NextOfEngine)
        {
            if (Atomic.LoadAcquire(ref c->Orphaned) == 2)
            {
                c->Orphaned = 0;
                Adopt(c, reader);
                if (c->KeptRing != null)
                {
                    RecordRing.NewOwner(c->KeptRing, c->ThreadId);
                }

                return c;
            }
        }

        return null;
    }

    private static void Adopt(ThreadCache* cache, ReaderRecord* reader)
    {
        cache->Reader = reader;
        cache->ThreadId = reader->ThreadId;
        cache->NextOfThread = reader->Caches;
        reader->Caches = cache;
    }

    private static ThreadCache* Create(ReaderRecord* reader, PoolSet* pools)
    {
        // One of this thread's whose engine is gone serves again.
        ThreadCache* cache = FindOwn(reader, ThreadCache.NoEngine);
        bool reused = cache != null;
        cache = reused ? cache : (ThreadCache*)BlockHeap.TryAllocate(sizeof(ThreadCache));
        if (cache == null)
        {
            return null;
        }

        ThreadCache* next = cache->NextOfThread;
        *cache = default;
        cache->NextOfThread = next;
        Bag** bags = stackalloc Bag*[5];
        for (int i = 0; i < 5; i++)
        {
            bags[i] = PoolSet.TakeEmptyBag(pools);
            if (bags[i] == null)
            {
                while (i-- > 0)
                {
                    PoolSet.GiveEmptyBag(pools, bags[i]);
                }

                if (!reused)
                {
                    BlockHeap.Free(cache, sizeof(ThreadCache));
                }

                return null;
            }
        }

        cache->Pools = pools;
        cache->Domain = Domain.Process;
        cache->BagCapacity = pools->BagCapacity;
        cache->Fences.Loaded = bags[0];
        cache->Fences.Staging = (nint)bags[1];
        cache->Nodes.Loaded = bags[2];
        cache->Nodes.Staging = (nint)bags[3];
        cache->Late = (nint)bags[4];
        cache->Serial = pools->Serial;
        if (reused)
        {
            cache->Reader = reader;
            cache->ThreadId = reader->ThreadId;
        }
        else
        {
            Adopt(cache, reader);
        }

        ThreadCache.SetRecording(cache);
        cache->NextOfEngine = (ThreadCache*)pools->Caches;
        Atomic.StoreRelease(ref pools->Caches, (nint)cache);
        return cache;
    }

    /// <summary>Makes the calling thread an online reader, or a casual one again. Owning thread only.</summary>
    public static void SetOnline(ReaderRecord* reader, bool online)
    {
        lock (s_lock)
        {
            ReaderState state = online ? ReaderState.Online : ReaderState.Casual;
            if (reader->State == (uint)state)
            {
                return;
            }

            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }
            else
            {
                if (reader->State == (uint)ReaderState.Online)
                {
                    Reader.Exit(reader); // the level that being online counts; a section inside it stays open
                }

                Reader.BecomeCasual(reader, ReaderState.Casual);
            }
        }
    }

    /// <summary>Frees the records of threads that have ended, inside a section or not. The reclaimer, every tick.</summary>
    public static int RecoverDead(DomainBlock* domain)
    {
        int recovered;
        lock (s_lock)
        {
            recovered = RecoverDeadLocked(domain);
        }

        if (Checks.On)
        {
            LeftOpen.Report();
        }

        return recovered;
    }

    private static int RecoverDeadLocked(DomainBlock* domain)
    {
        int recovered = 0;
        for (ReaderRecord* r = Domain.First(domain); r != null; r = r->Next)
        {
            if (r->State != (uint)ReaderState.Free && HasEnded(domain, r))
            {
                Vacate(r);
                recovered++;
            }
        }

        return recovered;
    }

    // The number of a dead thread may be a new thread's by now. Telling costs 20 µs, so only who is late is asked: idle records
    // hold up nobody.
    private static bool HasEnded(DomainBlock* domain, ReaderRecord* record)
    {
        if (!CurrentThread.IsAlive(record->ThreadId))
        {
            return true;
        }

        ulong word = Atomic.LoadAcquire(ref record->Word);
        bool late = word != 0 && word == record->WordSeen && (word & ~(Domain.PhaseStep - 1)) < Atomic.LoadAcquire(ref domain->Phase);
        record->WordSeen = word;
        return late && CurrentThread.StartTime(record->ThreadId) != record->ThreadStart;
    }

    /// <summary>The cache's thread has ended: the reclaimers take what is in it.</summary>
    public static void Orphan(ThreadCache* cache)
    {
        // [ORPHAN-MARK] release: the mark stands behind all that the dead thread staged. Pairs with [ORPHAN-FINISH].
        Atomic.StoreRelease(ref cache->Orphaned, 1);
    }

    private static void Vacate(ReaderRecord* record)
    {
        if (Checks.On)
        {
            LeftOpen.Look(record);
        }

        // The dead thread reads no more: whatever section it was in is over (fault 30).
        Atomic.StoreRelease(ref record->Word, 0);
        ThreadCache* cache = record->Caches;
        record->Caches = null;
        while (cache != null)
        {
            ThreadCache* next = cache->NextOfThread;
            cache->Reader = null;
            cache->NextOfThread = null;
            if (cache->Serial == ThreadCache.NoEngine)
            {
                BlockHeap.Free(cache, sizeof(ThreadCache));
            }
            else
            {
                Orphan(cache);
            }

            cache = next;
        }

        record->WordSeen = 0;
        record->Signalling = 0;
        record->OtherRuntime = 0;
        Atomic.StoreRelease(ref record->State, (uint)ReaderState.Free);
    }
}
