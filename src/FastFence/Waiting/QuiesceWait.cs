// Waiting until every accepted callback of a fence has returned. Rare beside waiting for the signal, so all waiters of an engine
// share one futex word and look at their own fence when it moves.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>The way of a thread that waits for quiescence. May park; never inside a section or a callback.</summary>
internal static unsafe class QuiesceWait
{
    private const long SafetyPollNanoseconds = 100_000_000;

    [ThreadStatic]
    private static Poker? t_poker;

    /// <summary>Waits; see <see cref="FenceQuiesceExtensions.WaitQuiesced(Fence, TimeSpan, CancellationToken)"/>.</summary>
    public static WaitResult Wait(Fence fence, TimeSpan timeout, CancellationToken token)
    {
        if (fence.IsQuiesced)
        {
            return new WaitResult(false, fence.Status);
        }

        token.ThrowIfCancellationRequested();
        if (timeout == TimeSpan.Zero)
        {
            return WaitResult.TimedOut;
        }

        Section.ThrowIfInside("A blocking wait");
        ThrowIfInCallback(fence);
        long deadline = MonotonicClock.After(timeout);
        WaitResult signaled = BlockingWait.Wait(fence, timeout, token);
        if (signaled.IsTimedOut || fence.IsQuiesced)
        {
            return signaled;
        }

        EngineBlock* engine = Mark(fence);
        if (engine == null)
        {
            return new WaitResult(false, signaled.Status);
        }

        ReaderRecord* reader = Registry.CurrentReader();
        bool online = Reader.TryLeave(reader);
        try
        {
            return Sleep(engine, fence, deadline, token) ? new WaitResult(false, signaled.Status) : WaitResult.TimedOut;
        }
        finally
        {
            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }

            Atomic.AddFull(ref engine->Pools.Parked, uint.MaxValue);
        }
    }

    /// <summary>
    /// Marks the fence for its runner and counts the caller as parked, so that its engine's memory stays until it leaves; null when the fence
    /// is quiesced.
    /// </summary>
    public static EngineBlock* Mark(Fence fence)
    {
        Section.Enter();
        EngineBlock* engine = null;
        if (!fence.IsQuiesced)
        {
            // Not quiesced inside this section: neither slot nor timeline goes before its end.
            engine = fence.Slot->Timeline->Engine;
            Atomic.AddFull(ref engine->Pools.Parked, 1);
            QuiesceWord.Mark(fence.Slot);
        }

        Section.Exit();
        return engine;
    }

    /// <summary>A callback that waits for callbacks may wait for itself: it is refused.</summary>
    public static void ThrowIfInCallback(Fence fence)
    {
        Section.Enter();
        ThreadCache* cache = References.CacheOf(fence.Slot, fence.Generation);
        bool inside = cache != null && cache->Running != 0;
        Section.Exit();
        if (inside)
        {
            throw new InvalidOperationException(
                "Waiting for callbacks to return inside a callback: it could wait for itself. Ask IsQuiesced, or wait on another thread.");
        }
    }

    private static bool Sleep(EngineBlock* engine, Fence fence, long deadline, CancellationToken token)
    {
        if (!token.CanBeCanceled)
        {
            return SleepLoop(engine, fence, deadline, token);
        }

        Poker poker = t_poker ??= new Poker();
        poker.Engine = engine;

        // Disposing the registration waits for a running callback, so the poker never touches an engine that we have left.
        using (token.UnsafeRegister(static state => QuiesceWord.Tell(((Poker)state!).Engine), poker))
        {
            return SleepLoop(engine, fence, deadline, token);
        }
    }

    private static bool SleepLoop(EngineBlock* engine, Fence fence, long deadline, CancellationToken token)
    {
        while (true)
        {
            // [QUIESCE-SLEEP] acquire: the count is read before the bit, and the kernel compares it. Pairs with [QUIESCE-TELL]. Without it a
            // fence that is quiesced between look and sleep wakes nobody.
            uint seen = Atomic.LoadAcquire(ref engine->Quiesces);
            if (fence.IsQuiesced)
            {
                return true;
            }

            token.ThrowIfCancellationRequested();
            long now = MonotonicClock.Nanoseconds;
            if (now >= deadline)
            {
                return false;
            }

            Reader.Rest(Registry.CurrentReader());
            Futex.Wait(&engine->Quiesces, seen, Math.Min(deadline, now + SafetyPollNanoseconds));
        }
    }

    private sealed class Poker
    {
        public EngineBlock* Engine;
    }
}
