using FastFence.Atomics;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Values of a waiter's futex word. It lives in a slab node, never on a stack: a late wake meets a word, not garbage.</summary>
internal static class WaiterWord
{
    /// <summary>Waiting, awake.</summary>
    public const uint Armed = 0;

    /// <summary>Asleep, or about to: the signaller must wake it.</summary>
    public const uint Asleep = 1;

    /// <summary>Its fence has signaled.</summary>
    public const uint Signaled = 2;

    /// <summary>The waiter has left; the node is the signaller's to free.</summary>
    public const uint Abandoned = 3;

    /// <summary>Its cancellation token fired; whoever set this wakes it.</summary>
    public const uint Poked = 4;

    /// <summary>Fault injection: is this the wake that gets lost? The signaller then leaves the word as it is.</summary>
    public static unsafe bool IsLost(ThreadCache* cache) =>
        cache->Pools->LoseWake != 0 && Atomic.AddFull(ref cache->Pools->LoseWake, uint.MaxValue) == 0;
}
