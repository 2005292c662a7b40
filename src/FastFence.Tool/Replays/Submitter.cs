using FastFence.Platform;

namespace FastFence.Tool.Replays;

/// <summary>The submitting side: emits each fence when the capture created it, looks at it as others would, and observes it.</summary>
internal sealed class Submitter(Play play)
{
    private readonly JobRecords _jobs = new(play.Plan);
    private SubmitChecks _checks;
    private long _emitted;
    private long _nops;

    /// <summary>Emits the whole plan, or what of it comes before a stop.</summary>
    internal void Run()
    {
        ReplayPlan plan = play.Plan;
        for (int k = 0; k < plan.Emission.Length; k++)
        {
            int index = plan.Emission[k];
            Pace.WaitUntil(play.Pace.DueOf(plan.Fences[index].CreateNs), play);
            if (play.IsStopped || !TryEmit(plan.Fences[index], index))
            {
                break;
            }

            _emitted++;
        }

        _jobs.Release();
        play.Emitted = _emitted;
        play.Nops = _nops;
        play.Checks = _checks;
    }

    private bool TryEmit(in ReplayFence planned, int index)
    {
        FenceRing ring = play.Rings[planned.Context];
        for (int n = 0; n < planned.NopsBefore; n++)
        {
            if (!TryPush(ring, default, isNop: true, out _))
            {
                return false;
            }

            _nops++;
        }

        RingCommand command = new() { Opcode = 1, NotBeforeNanoseconds = play.Pace.DueOf(planned.SignalNs) };
        if (!TryPush(ring, command, isNop: false, out FenceRef fence))
        {
            return false;
        }

        using (fence)
        {
            Look(fence.Fence, planned);
            _jobs.Emitted(fence.Fence, planned.Job);
            _checks.Unobserved += play.Records.Observe(fence.Fence, index, isJob: planned.Job > 0) ? 0 : 1;
        }

        return true;
    }

    // False when a full ring outlasts the play. A ring that refuses for another reason is a fault: nobody else uses it.
    private bool TryPush(FenceRing ring, in RingCommand command, bool isNop, out FenceRef fence)
    {
        while (true)
        {
            fence = default;
            EmitResult result = isNop ? ring.EmitNop() : ring.Emit(command, out fence);
            if (result == EmitResult.Emitted)
            {
                return true;
            }

            if (result != EmitResult.RingFull)
            {
                throw new InvalidOperationException($"the ring of context {ring.Timeline.Context} refused a fence: {result}");
            }

            if (play.IsStopped)
            {
                return false;
            }

            CurrentThread.Yield(); // backpressure: the poller is behind
        }
    }

    // A fence shows the capture's context and seqno for ever, and its names while it is pending; on a fast device it may be
    // signaled before we come to look, and shows the contract's two constant names then (C7).
    private void Look(Fence fence, in ReplayFence planned)
    {
        (byte[] driver, byte[] timeline) = play.Rings.NamesOf(planned.Context);
        _checks.WrongSeqnos += fence.Seqno == planned.Seqno && fence.Context == play.Plan.Contexts[planned.Context].Number ? 0 : 1;
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        ReadOnlySpan<byte> shown = section.View.DriverName(fence);
        _checks.WrongNames += shown.SequenceEqual(driver) || shown.SequenceEqual("detached-driver"u8) ? 0 : 1;
        shown = section.View.TimelineName(fence);
        _checks.WrongNames += shown.SequenceEqual(timeline) || shown.SequenceEqual("signaled-timeline"u8) ? 0 : 1;
        _checks.Pending += section.View.IsPending(fence) ? 2 : 0;
    }
}

/// <summary>What the submitting side found.</summary>
internal record struct SubmitChecks
{
    /// <summary>Names read of fences that were pending then and afterwards.</summary>
    internal long Pending;

    /// <summary>Names that were neither the capture's nor those of a signaled fence.</summary>
    internal long WrongNames;

    /// <summary>Fences with another context or seqno than the capture's.</summary>
    internal long WrongSeqnos;

    /// <summary>Fences whose observer the engine refused.</summary>
    internal long Unobserved;
}
