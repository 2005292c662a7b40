// Who waits for a fence to be quiesced marks it; whoever runs its last callback looks at the mark after it has set the bit. The
// waiter, who is rare, pays a process-wide barrier for this, the runner one load:
//
//   runner                                    waiter
//   quiesced bit           (store)            mark on the fence
//   …no fence…                                process-wide barrier
//   look at the mark       (load)             look at the bit
//
// If the store comes first, the waiter sees the bit; if not, the runner's load comes after the barrier and sees the mark. This file
// touches native memory only.
using FastFence.Atomics;
using FastFence.Platform;

namespace FastFence.Fences;

/// <summary>Telling that a fence is quiesced: one futex word an engine, since hardly anybody waits for this.</summary>
internal static unsafe class QuiesceWord
{
    /// <summary>
    /// Marks a fence that is not quiesced, so that its runner tells. Inside a section in which the slot was seen to be the fence's. Ends with
    /// the barrier: the caller looks at the bit again.
    /// </summary>
    public static void Mark(FenceSlot* fence)
    {
        Atomic.OrFull(ref fence->Flags, FenceFlags.QuiesceWaited);

        // [QUIESCE-WAIT] process-wide: the mark stands before the look at the bit. Pairs with [QUIESCE-LOOK]. Without it both sides miss
        // each other, and the waiter is left to its safety poll.
        ProcessBarrier.Issue();
    }

    /// <summary>The runner's look, after the bit and inside its section.</summary>
    public static void TellIfMarked(EngineBlock* engine, FenceSlot* fence)
    {
        // [QUIESCE-LOOK] acquire: comes after the bit, which the waiter's process barrier makes sure of. Pairs with [QUIESCE-WAIT].
        if ((Atomic.LoadAcquire(&fence->Flags) & FenceFlags.QuiesceWaited) != 0)
        {
            Tell(engine);
        }
    }

    /// <summary>Wakes everybody who waits for a fence of the engine to be quiesced: each looks at its own.</summary>
    public static void Tell(EngineBlock* engine)
    {
        // [QUIESCE-TELL] full: the bit stands before the count, and whoever sleeps on the old count wakes. Pairs with [QUIESCE-SLEEP].
        Atomic.AddFull(ref engine->Quiesces, 1);
        Futex.Wake(&engine->Quiesces, int.MaxValue);
        DispatchQueue.Wake(&engine->Forward); // it tells those who await it
    }
}
