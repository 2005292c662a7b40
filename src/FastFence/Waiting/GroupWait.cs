// Waiting for any or all of several fences. Nine inputs keep their bookkeeping on the stack, more of them in one native block; there
// is no upper limit. A reference on each pending fence keeps its status readable: a fence that failed and whose source went at once
// must not look like a success (C14).
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Waiting;

/// <summary>Any and all. May park; never inside a section. Allocates nothing managed.</summary>
internal static unsafe class GroupWait
{
    private const int OnStack = 9;

    /// <summary>Waits for one.</summary>
    public static WaitAnyResult Any(ReadOnlySpan<Fence> fences, in WaitTerms terms)
    {
        if (fences.IsEmpty)
        {
            throw new ArgumentException("Waiting for any of no fences would never end. Give at least one.", nameof(fences));
        }

        WaitAnyResult result = Begin(fences, all: false, terms);
        return result.IsTimedOut ? result : result with { Index = fences.IndexOf(fences[result.Index]) };
    }

    /// <summary>Waits for all.</summary>
    public static WaitResult All(ReadOnlySpan<Fence> fences, in WaitTerms terms)
    {
        WaitAnyResult result = Begin(fences, all: true, terms);
        return new WaitResult(result.IsTimedOut, result.Status);
    }

    private static WaitAnyResult Begin(ReadOnlySpan<Fence> fences, bool all, in WaitTerms terms)
    {
        int none = fences.IndexOf(default(Fence));
        if (none >= 0)
        {
            throw new ArgumentException(
                $"fences[{none}] is default(Fence), which is no fence. Leave it out, or use Fence.Stub for one that is signaled.", nameof(fences));
        }

        if (Checks.On && !terms.IsZero)
        {
            WaitChecks.Before(fences);
        }

        WaitAnyResult result = GroupTarget.Look(fences, all);
        if (!result.IsTimedOut)
        {
            return result;
        }

        terms.Token.ThrowIfCancellationRequested();
        if (terms.IsZero)
        {
            return result;
        }

        if (Section.IsInside())
        {
            Section.ThrowInside("A blocking wait");
        }

        WaitTerms started = terms.Started();
        Seat* few = stackalloc Seat[OnStack];
        long bytes = fences.Length * (long)sizeof(Seat);
        Seat* seats = fences.Length <= OnStack ? few : (Seat*)BlockHeap.TryAllocate(bytes);
        try
        {
            return seats == null ? Poll(fences, all, started) : WaitSeated(fences, all, started, seats);
        }
        finally
        {
            if (seats != null && seats != few)
            {
                BlockHeap.Free(seats, bytes);
            }
        }
    }

    private static WaitAnyResult WaitSeated(ReadOnlySpan<Fence> fences, bool all, in WaitTerms terms, Seat* seats)
    {
        for (int i = 0; i < fences.Length; i++)
        {
            seats[i] = new Seat { IsHeld = FenceLife.TryAcquire(fences[i].Slot, fences[i].Generation) };
        }

        ReaderRecord* reader = Registry.CurrentReader();
        bool online = Reader.TryLeave(reader); // never block while online: the reclaimers would wait for us
        Record(fences, seats, RecordKind.FenceWaitStart);
        try
        {
            foreach (Fence fence in fences)
            {
                // The exporters' own wait ops take one fence; for several the enable op is what there is.
                EnableSignaling.Enable(fence);
            }

            GroupTarget target = new(fences, all);
            return target.IsMet || Looking.Briefly(target, terms.Hint) ? GroupTarget.Look(fences, all) : Park(fences, all, terms, seats);
        }
        finally
        {
            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }

            Record(fences, seats, RecordKind.FenceWaitEnd);
            for (int i = 0; i < fences.Length; i++)
            {
                if (seats[i].IsHeld)
                {
                    References.Release(fences[i].Value);
                }
            }
        }
    }

    // One after the other, and back in the opposite order: viewers close a thread's waits as a stack. Without the recorder it is a look a fence.
    private static void Record(ReadOnlySpan<Fence> fences, Seat* seats, RecordKind kind)
    {
        for (int i = 0; i < fences.Length; i++)
        {
            int at = kind == RecordKind.FenceWaitStart ? i : fences.Length - 1 - i;
            if (seats[at].IsHeld && FenceTrace.IsOn(fences[at].Slot))
            {
                BlockingWait.Record(fences[at], kind);
            }
        }
    }

    private static WaitAnyResult Park(ReadOnlySpan<Fence> fences, bool all, in WaitTerms terms, Seat* seats)
    {
        WaitGroup* group = WaitGroup.TryCreate(all ? (uint)fences.Length : 1, (uint)fences.Length);
        if (group == null)
        {
            return Poll(fences, all, terms);
        }

        Seating seating = Seating.Take(fences, seats, group);
        bool woken = seating.Outcome == SeatingOutcome.Waiting
            && ParkedWaiter.Sleep(seating.Cache, new GroupTarget(fences, all), &group->Word, terms);
        int winner = (int)group->Winner;
        Seating.Leave(fences, seats, seating.Count, group);
        if (seating.Outcome == SeatingOutcome.NoMemory)
        {
            return Poll(fences, all, terms);
        }

        if (woken && !all)
        {
            return new WaitAnyResult(winner, fences[winner].Status);
        }

        // Not woken: but enough may have closed while we left.
        WaitAnyResult result = GroupTarget.Look(fences, all);
        if (result.IsTimedOut)
        {
            terms.Token.ThrowIfCancellationRequested();
            ThreadCache.Count(seating.Cache, Counter.WaitsTimedOut);
        }

        return result;
    }

    private static WaitAnyResult Poll(ReadOnlySpan<Fence> fences, bool all, in WaitTerms terms)
    {
        Looking.Patiently(new GroupTarget(fences, all), terms);
        return GroupTarget.Look(fences, all);
    }
}
