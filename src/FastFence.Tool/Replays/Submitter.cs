using FastFence.Platform;

namespace FastFence.Tool.Replays;

/// <summary>The submitting side: emits each fence when the capture created it, looks at it as others would, and observes it.</summary>
internal sealed class Submitter(Play play)
{
    private SubmitChecks _checks;
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

            // Only now may the device complete it: the observer is in place, so that no signal goes unseen.
            play.CountEmitted(k + 1);
        }

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

        RingCommand command = new() { Opcode = 1, NotBeforeNanoseconds = play.Pace.DueOf(planned.SignalNs), Argument0 = (ulong)index };
        if (!TryPush(ring, command, isNop: false, out Fence fence))
        {
            return false;
        }

        Look(fence, planned);
        _checks.Unobserved += play.Records.Observe(fence, index) ? 0 : 1;
        return true;
    }

    // False when a full ring outlasts the play. A ring that refuses for another reason is a fault: nobody else uses it.
    private bool TryPush(FenceRing ring, in RingCommand command, bool isNop, out Fence fence)
    {
        while (true)
        {
            fence = default;
            EmitResult result = isNop ? ring.EmitNop() : ring.EmitDetached(command, out fence);
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

    // The fence is pending: its device waits for us. So it must show the capture's context, seqno and names.
    private void Look(Fence fence, in ReplayFence planned)
    {
        (byte[] driver, byte[] timeline) = play.Rings.NamesOf(planned.Context);
        _checks.WrongSeqnos += fence.Seqno == planned.Seqno && fence.Context == play.Plan.Contexts[planned.Context].Number ? 0 : 1;
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        bool right = section.View.DriverName(fence).SequenceEqual(driver) && section.View.TimelineName(fence).SequenceEqual(timeline);
        _checks.WrongNames += right ? 0 : 1;
        _checks.Looks++;
    }
}

/// <summary>What the submitting side found.</summary>
internal record struct SubmitChecks
{
    /// <summary>Fences looked at while pending; two names were read of each.</summary>
    internal long Looks;

    /// <summary>Of these, with another driver or timeline name than the capture's.</summary>
    internal long WrongNames;

    /// <summary>Of these, with another context or seqno.</summary>
    internal long WrongSeqnos;

    /// <summary>Fences that took no callback although they were pending.</summary>
    internal long Unobserved;
}
