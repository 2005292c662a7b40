namespace FastFence.NativeSim.Jobs;

/// <summary>One ring as its engine sees it: commands in order, the one taken and not done, and what is left of that. Its engine's thread only.</summary>
internal abstract class JobStream
{
    private RingCommand _command;

    /// <summary>The higher, the more urgent.</summary>
    internal int Priority { get; set; }

    /// <summary>A command is taken and not done.</summary>
    internal bool IsHolding { get; private set; }

    /// <summary>The command held is in flight.</summary>
    internal bool IsInFlight { get; private set; }

    /// <summary>When the job in flight ends, ns.</summary>
    internal long EndsAt { get; private set; }

    /// <summary>What is left of a job that was set aside, ns; 0 = none was.</summary>
    internal long Left { get; private set; }

    /// <summary>The earliest time of the command held, which was looked at before that; 0 = none.</summary>
    internal long WaitedUntil { get; set; }

    /// <summary>May the engine still work for this ring?</summary>
    internal abstract bool IsLive { get; }

    /// <summary>The command held.</summary>
    internal ref readonly RingCommand Command => ref _command;

    /// <summary>Position of the command taken last.</summary>
    protected abstract ulong Taken { get; }

    /// <summary>Position behind which nothing is finished.</summary>
    protected ulong Finished => IsHolding ? Taken - 1 : Taken;

    /// <summary>The command held, or the next one; false when none is published.</summary>
    internal bool TryNext()
    {
        IsHolding = IsHolding || TryTake(out _command);
        return IsHolding;
    }

    /// <summary>The job is in flight.</summary>
    internal void Begin(long endsAt)
    {
        IsInFlight = true;
        EndsAt = endsAt;
        Left = 0;
    }

    /// <summary>Not in flight any more, and to go on with what is left.</summary>
    internal void SetAside(long now)
    {
        IsInFlight = false;
        Left = Math.Max(1, EndsAt - now);
        Say(JobState.SetAside);
    }

    /// <summary>The command held counts as done, or is forgotten: its ring was taken away.</summary>
    internal void Finish()
    {
        IsHolding = IsInFlight = false;
        Left = WaitedUntil = 0;
        Say(JobState.Idle);
    }

    /// <summary>Says how it stands, where somebody can hear that.</summary>
    internal virtual void Say(JobState state, long endsAt = 0, ulong context = 0, ulong value = 0)
    {
    }

    protected abstract bool TryTake(out RingCommand command);
}
