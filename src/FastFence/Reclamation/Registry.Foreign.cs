using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Reclamation;

// A native poller's thread is none of this runtime's: the host signs it on and off, so that it takes no managed lock.
internal static unsafe partial class Registry
{
    /// <summary>
    /// A record and a cache for a thread of the native poller's runtime, which goes online by itself; null at the bound. If it dies,
    /// <see cref="RecoverDead"/> finds it as it finds any thread.
    /// </summary>
    public static ThreadCache* Enlist(int threadId, PoolSet* pools)
    {
        lock (s_lock)
        {
            ReaderRecord* record = FindFree(Domain.Process, threadId);
            record = record != null ? record : AddRecord(Domain.Process);
            if (record == null)
            {
                return null;
            }

            record->ThreadId = threadId;
            record->ThreadStart = CurrentThread.StartTime(threadId);
            record->OtherRuntime = 1;
            record->InForeignCode = 0;
            record->ForeignKind = 0;
            record->Signalling = 0;
            Atomic.StoreRelease(ref record->State, (uint)ReaderState.Online);
            ThreadCache* cache = FindEmpty(record, pools);
            cache = cache != null ? cache : Create(record, pools);
            if (cache == null)
            {
                Vacate(record);
            }

            return cache;
        }
    }

    /// <summary>Signs the thread off, unless <see cref="RecoverDead"/> has. Safety: it will not touch the engine again.</summary>
    public static void Discharge(ReaderRecord* record, int threadId)
    {
        lock (s_lock)
        {
            if (record->State != (uint)ReaderState.Free && record->OtherRuntime != 0 && record->ThreadId == threadId)
            {
                Vacate(record);
            }
        }
    }
}
