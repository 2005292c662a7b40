// A ring comes back from its device's fault. The one file with the order of its steps:
//
//   running ─► suspect ─► resetting: nothing new ─► (grace) ─► device quiet ─► fences end with an error, or are kept
//                │            ─► moving: the poller looks away ─► (grace) ─► other memory ─► the device may look ─► running
//                └► running, if the device says so                              └► none: closed
//
// What a reset device writes late goes to memory that the ring has left: writes are told apart by where they go, not by what they say.
using FastFence.Atomics;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence;

/// <summary>Recovery of rings. Blocking; refused inside access sections. Any thread but the poller.</summary>
internal static unsafe class RingRecovery
{
    /// <summary>
    /// Ends what is outstanding with an error, or keeps it to be run again (<paramref name="error"/> none), and lets the ring go on in memory that its
    /// device gives; false when it was closed instead, or the device did not come to rest.
    /// </summary>
    /// <param name="ring">The ring.</param>
    /// <param name="error">Of the fences.</param>
    /// <param name="stuckAt">Only if it still stands there: another one may have recovered it meanwhile.</param>
    /// <param name="ifFaulted">Only if it is faulted.</param>
    public static bool Recover(FenceRing ring, FenceError error, ulong? stuckAt = null, bool ifFaulted = false)
    {
        Section.ThrowBeforeGrace("Recovering a ring");
        if (ring.Device == null || ring.Block->IsShared == 0)
        {
            if (error.IsError)
            {
                Teardown.FailRing(ring, error);
            }

            return false;
        }

        // Its lock for as long as it lasts: who closes the ring meanwhile waits, and then closes it.
        lock (ring)
        {
            if (ring.HasEnded)
            {
                return false;
            }

            if ((stuckAt is { } seqno && ring.Timeline.CompletedSeqno != seqno)
                || (ifFaulted && Atomic.LoadAcquire(ref ring.Block->State) != (uint)RingState.Faulted))
            {
                return true;
            }

            if (!Teardown.TryBringToRest(ring, TimeSpan.FromSeconds(5)))
            {
                return false;
            }

            if (error.IsError)
            {
                Teardown.EndOutstanding(ring, error);
            }

            if (TryMove(ring))
            {
                return true;
            }

            Teardown.EndOutstanding(ring, error.IsError ? error : FenceError.DeviceLost);
            Atomic.StoreRelease(ref ring.Block->State, (uint)RingState.Closed);
            ring.HasEnded = true;
            return false;
        }
    }

    private static bool TryMove(FenceRing ring)
    {
        RingBlock* block = ring.Block;
        Atomic.ExchangeFull(ref block->State, (uint)RingState.Moving);
        if (!GracePeriod.TrySynchronize(Teardown.GraceLimit))
        {
            return false; // the poller may still look at the former word
        }

        ReadLast(block);
        if (!ring.Device!.TryGiveMemory(ring, block->Seen, out RingAddresses addresses))
        {
            return false;
        }

        // The poller must not sleep on a word of the former memory when that is given up.
        nint former = RingMemory.Move(block, addresses);
        FencePoller poller = ring.Exporter.Engine.Poller;
        if (poller.TryRefresh(ring.Exporter.Engine.Gate))
        {
            poller.AwaitTurn(Domain.Stamp(Domain.Process), Teardown.GraceLimit); // the device's owner may unmap the former memory once told
            if (former != 0)
            {
                RingMemory.GiveUpLater(block->Engine, former);
            }
        }

        // [RING-RESUME] release: the ring's new memory stands before its state. Pairs with [RING-RESUME] (the emitters' look at the state). Without it an
        // emitter publishes where nobody looks any more.
        Atomic.StoreRelease(ref block->State, (uint)RingState.Running);
        PollerWake.Attend(block->Wake); // where there was no memory for a set with its new word
        ring.Device.OnMoved(ring);
        RingDoorbell.WakePoller(block);
        return true;
    }

    // The device is quiet and the poller looks away: what the word says now is final, if it can be at all.
    private static void ReadLast(RingBlock* ring)
    {
        ulong word = ring->WordBits == 32
            ? Fences.SeqnoOrder.Extend(ring->Seen, Atomic.LoadAcquire(ref *(uint*)ring->Word))
            : Atomic.LoadAcquire(ref *(ulong*)ring->Word);
        if (ring->HasRefused == 0 && word > ring->Seen && word <= Atomic.LoadAcquire(ref ring->Timeline->LastSeqno))
        {
            Atomic.StoreRelease(ref ring->Seen, word);
        }

        // What ended with an error is behind the ring.
        ring->Seen = Math.Max(ring->Seen, Atomic.LoadAcquire(ref ring->Timeline->Completed));
    }
}
