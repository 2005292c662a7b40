using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>
/// A thread at the engine's bound may hold up its own slots: what it has released since its section began cannot complete while
/// it is inside. Outside of it one more grace period may free them.
/// </summary>
internal static unsafe class AtBound
{
    /// <summary>Seals what the thread has staged and advances; true when another attempt is worth it. Never blocks.</summary>
    public static bool TryMakeRoom(EngineBlock* engine)
    {
        ReaderRecord* reader = Registry.CurrentReader();
        ThreadCache* cache = reader == null || Reader.IsInside(reader) ? null : Registry.CacheOf(&engine->Pools);
        if (cache == null)
        {
            return false;
        }

        PoolSet* pools = cache->Pools;
        Reader.Enter(cache->Domain, reader);
        SlotCache.Seal<FenceKind>(cache, &cache->Fences, &pools->Fences);
        SlotCache.Seal<CallbackKind>(cache, &cache->Nodes, &pools->Nodes);
        Reader.Exit(reader);
        Domain.Advance(cache->Domain, reader);
        return cache->Fences.Limbo.Count != 0 || cache->Nodes.Limbo.Count != 0;
    }
}
