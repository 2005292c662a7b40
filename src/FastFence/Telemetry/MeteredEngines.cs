using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Telemetry;

/// <summary>
/// The engines that counters are read of. Whoever looks on reads under the lock, and an engine is taken out before its memory goes. Engines
/// themselves never take it but to come and go, so a slow listener holds up no fence.
/// </summary>
internal static unsafe class MeteredEngines
{
    private static readonly Lock s_lock = new();
    private static readonly List<IMeteredEngine> s_engines = [];

    /// <summary>How many there are.</summary>
    public static int Count
    {
        get
        {
            lock (s_lock)
            {
                return s_engines.Count;
            }
        }
    }

    /// <summary>An engine is ready.</summary>
    public static void Add(IMeteredEngine engine)
    {
        lock (s_lock)
        {
            s_engines.Add(engine);
        }

        FenceMeter.Start();
    }

    /// <summary>It goes: nobody reads it any more when this returns.</summary>
    public static void Remove(IMeteredEngine engine)
    {
        lock (s_lock)
        {
            s_engines.Remove(engine);
        }
    }

    /// <summary>Shows each engine to <paramref name="look"/>, which must not make or dispose one.</summary>
    public static void Visit(Action<IMeteredEngine> look)
    {
        lock (s_lock)
        {
            s_engines.ForEach(look);
        }
    }

    /// <summary>A counter of an engine, over the threads that are there and those that have gone.</summary>
    public static long Read(EngineBlock* engine, Counter counter)
    {
        PoolSet* pools = &engine->Pools;

        // Under the lock no thread's counters are on their way from its cells to the engine's.
        lock (Registry.Gate)
        {
            ulong sum = pools->Adopted.Read(counter);
            for (ThreadCache* c = (ThreadCache*)Atomic.LoadAcquire(ref pools->Caches); c != null; c = c->NextOfEngine)
            {
                sum += c->Counters.Read(counter);
            }

            return (long)sum;
        }
    }

    /// <summary>A figure, summed over all engines.</summary>
    public static long Total(Func<IMeteredEngine, long> figure)
    {
        long sum = 0;
        Visit(e => sum += figure(e));
        return sum;
    }
}
