using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>What a waiter for a timeline's value is registered with.</summary>
internal unsafe struct ValueSeat
{
    /// <summary>The timeline; alive while the node is in its list.</summary>
    public TimelineBlock* Timeline;

    /// <summary>The thread's cache.</summary>
    public ThreadCache* Cache;

    /// <summary>The node; 0: none could be had.</summary>
    public uint Node;

    /// <summary>Its generation.</summary>
    public uint Generation;
}

/// <summary>Waiting for a value of a timeline.</summary>
internal static unsafe class ValueWait
{
    /// <summary>
    /// Registers a waiter, or a source's number; false at the bound. Inside a section that has seen the timeline alive. The engine's
    /// teardown waits until <see cref="Leave"/>.
    /// </summary>
    public static bool TryRegister(TimelineBlock* timeline, ulong seqno, NodeKind kind, nint argument, out ValueSeat seat)
    {
        seat = default;
        ThreadCache* cache = Registry.CacheOf(&timeline->Engine->Pools);
        uint index = cache == null ? 0 : CallbackList.Take(cache);
        if (index == 0)
        {
            return false;
        }

        CallbackNode* node = CallbackNode.At(index);
        node->Function = (nint)seqno;
        node->Argument = argument;
        node->Kind = (byte)kind;
        node->Owner = 0;
        seat = new ValueSeat { Timeline = timeline, Cache = cache, Node = index, Generation = node->State & ~NodeState.Mask };
        Atomic.AddFull(ref cache->Pools->Parked, 1);
        ThreadCache.Count(cache, kind == NodeKind.ValueAwaiter ? Counter.Awaits : Counter.Waits);
        return true;
    }

    /// <summary>The node's memory is no longer ours.</summary>
    public static void Leave(PoolSet* pools) => Atomic.AddFull(ref pools->Parked, uint.MaxValue);

    /// <summary>
    /// Sleeps until the value is reached or cannot be any more; null when nobody woke us: then a look says how it stands. Outside any section.
    /// </summary>
    public static WaitResult? Park<TTarget>(in ValueSeat seat, scoped in TTarget target, in WaitTerms terms)
        where TTarget : struct, IWaitTarget, allows ref struct
    {
        CallbackNode* node = CallbackNode.At(seat.Node);
        uint* word = (uint*)&node->Argument;
        PoolSet* pools = seat.Cache->Pools;
        try
        {
            bool woken = ParkedWaiter.Sleep(seat.Cache, target, word, terms);
            if (!woken && TryTake(seat.Timeline, seat.Node, seat.Generation))
            {
                if (!target.IsMet)
                {
                    terms.Token.ThrowIfCancellationRequested();
                    ThreadCache.Count(seat.Cache, Counter.WaitsTimedOut);
                }

                return null;
            }

            FenceStatus status = StatusOf(node);
            if (woken || ParkedWaiter.TryTakeBack(word))
            {
                CallbackList.Give(seat.Cache, seat.Node);
            }

            return new WaitResult(false, status);
        }
        finally
        {
            Leave(pools);
        }
    }

    /// <summary>
    /// Takes a registration away: true only if nobody else ends it. A node that is still pending is in its timeline's list, so the timeline
    /// lives to the end of our section.
    /// </summary>
    public static bool TryTake(TimelineBlock* timeline, uint node, uint generation)
    {
        CallbackNode* at = CallbackNode.At(node);
        Section.Enter();
        bool isAwait = (NodeKind)at->Kind == NodeKind.ValueAwaiter;
        bool taken = TimelineWaiters.TryClaim(at, generation, NodeState.Removing);
        if (taken)
        {
            PoolSet* pools = &timeline->Engine->Pools;
            ThreadCache* cache = Registry.CacheOf(pools);
            Atomic.StoreRelease(ref timeline->WaiterSweep, 1);
            if (cache != null)
            {
                TimelineWaiters.Process(cache, timeline);
            }

            if (isAwait)
            {
                Leave(pools); // a blocking waiter leaves when it is through with its word
            }
        }

        Section.Exit();
        return taken;
    }

    /// <summary>How the wait of a woken node ended.</summary>
    public static FenceStatus StatusOf(CallbackNode* node) =>
        node->Final == 0 ? FenceStatus.Signaled : FenceStatus.Failed(FenceError.TimelineClosed);
}
