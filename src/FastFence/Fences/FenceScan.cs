using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Finding fences by walking the slabs: teardown and watchdogs only.</summary>
internal static unsafe class FenceScan
{
    private const int BatchSize = 128;

    /// <summary>
    /// Signals every pending fence of a timeline, or of an exporter, that no ring has; those out of turn follow in their turn.
    /// How many signals were given; −1 when a reader was late. The caller has made sure (grace period) that no more are made. If
    /// <paramref name="apart"/>, callbacks run on the dispatcher, not here.
    /// </summary>
    public static int SignalPending(
        EngineBlock* engine, TimelineBlock* timeline, ExporterBlock* exporter, FenceError error, TimeSpan graceLimit, bool apart)
    {
        // Two passes with a grace period between: a fence that only its owner knows is released by a plain store, so it is first
        // marked as shared, and acted on when no owner can be in the middle of such a release.
        Walk(engine, timeline, exporter, default, share: true, apart);
        if (!GracePeriod.TrySynchronize(graceLimit))
        {
            return -1; // a reader is late: acting now would be a guess; whoever tears down finds the fences pending and says so
        }

        return Walk(engine, timeline, exporter, error, share: false, apart);
    }

    private static int Walk(EngineBlock* engine, TimelineBlock* timeline, ExporterBlock* exporter, FenceError error, bool share, bool apart)
    {
        ulong* batch = stackalloc ulong[BatchSize];
        int signaled = 0;
        uint next = (uint)Atomic.LoadAcquire(ref engine->Pools.Fences.Slabs);
        uint perSlab = Reservation.SlabBytes / Reservation.FenceBytes;
        while (next != 0)
        {
            uint slab = next - 1;
            for (uint at = slab * perSlab; at < (slab + 1) * perSlab;)
            {
                int found = CollectPending(engine, timeline, exporter, share, ref at, (slab + 1) * perSlab, batch);
                SignalAll(batch, found, error, apart);

                signaled += found;
            }

            next = Regions.Fences->Info(slab).Next;
        }

        return signaled;
    }

    // Inside a section of ours the callbacks are the dispatcher's (C12).
    private static void SignalAll(ulong* batch, int count, FenceError error, bool apart)
    {
        if (apart)
        {
            Section.Enter();
        }

        for (int i = 0; i < count; i++)
        {
            FenceSignal.Signal(new Fence(batch[i]), error.Magnitude, -1);
        }

        if (apart)
        {
            Section.Exit();
        }
    }

    /// <summary>Makes every handle of the engine stale: its holders are refused from now on. How many were held.</summary>
    public static long KillHandles(EngineBlock* engine)
    {
        long held = 0;
        uint next = (uint)Atomic.LoadAcquire(ref engine->Pools.Fences.Slabs);
        uint perSlab = Reservation.SlabBytes / Reservation.FenceBytes;
        while (next != 0)
        {
            uint slab = next - 1;
            for (uint i = slab * perSlab; i < (slab + 1) * perSlab; i++)
            {
                FenceSlot* fence = FenceSlot.At(i);
                ulong word = Atomic.LoadAcquire(ref fence->RefGen);
                while ((uint)word is > 0 and < FenceLife.Immortal)
                {
                    ulong found = Atomic.CompareExchangeFull(ref fence->RefGen, ((word >> 32) + 1) << 32, word);
                    if (found == word)
                    {
                        held++;
                        break;
                    }

                    word = found;
                }
            }

            next = Regions.Fences->Info(slab).Next;
        }

        return held;
    }

    private static int CollectPending(
        EngineBlock* engine, TimelineBlock* timeline, ExporterBlock* exporter, bool share, ref uint at, uint end, ulong* batch)
    {
        int found = 0;
        uint start = at;
        Section.Enter();
        for (; at < end && found < BatchSize && at - start < 4096; at++)
        {
            FenceSlot* fence = FenceSlot.At(at);
            ulong word = Atomic.LoadAcquire(ref fence->RefGen);
            if ((uint)word is 0 or >= FenceLife.Immortal || HeadWord.IsClosed(Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence))))
            {
                continue;
            }

            // Live when looked at inside this section: its timeline is memory of ours until we leave.
            TimelineBlock* of = fence->Timeline;
            if (of->Engine != engine || (of->Flags & TimelineFlags.Ring) != 0
                || (timeline != null && of != timeline) || (exporter != null && of->Exporter != exporter))
            {
                continue;
            }

            if (share)
            {
                Atomic.AndFull(ref fence->Flags, ~FenceFlags.Unshared);
            }
            else if ((Atomic.LoadAcquire(ref fence->Flags) & FenceFlags.Unshared) == 0)
            {
                batch[found++] = (word & ~(ulong)uint.MaxValue) | at;
            }
        }

        Section.Exit();
        return found;
    }
}
