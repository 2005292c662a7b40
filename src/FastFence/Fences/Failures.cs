using System.Runtime.CompilerServices;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Failed fences by error, for the counters. The owning thread of the cache; native memory only.</summary>
internal static unsafe class Failures
{
    /// <summary>Counts one, with the magnitude of its errno. Out of the way of fences that do not fail.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Count(ThreadCache* cache, uint error)
    {
        ThreadCache.Count(cache, Counter.Failed);
        if (CounterOf(error) is Counter counter and not Counter.Failed)
        {
            ThreadCache.Count(cache, counter);
        }
    }

    // The five codes of the contract (C2) have counters; what is left of the failed has other codes.
    private static Counter CounterOf(uint error) => error switch
    {
        62 => Counter.FailedTimedOut,
        125 => Counter.FailedCanceled,
        2 => Counter.FailedClosed,
        3 => Counter.FailedKilled,
        5 => Counter.FailedLost,
        _ => Counter.Failed,
    };
}
