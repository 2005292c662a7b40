namespace FastFence.NativeSim;

/// <summary>One ring as its engine sees it: commands in order, and the one taken and not done.</summary>
internal sealed class SimulatedStream(FenceRing ring)
{
    private RingCommand _command;

    internal FenceRing Ring => ring;

    internal RingConsumer Consumer { get; } = ring.Consumer;

    /// <summary>A command is taken and not completed.</summary>
    internal bool IsHolding { get; private set; }

    /// <summary>The command held was taken before its earliest time.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>May the engine still work for this ring? Not once it fails, is closed or gone.</summary>
    internal bool IsLive
    {
        get
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            return IsLiveInside;
        }
    }

    // Inside a section: the ring's memory cannot go meanwhile.
    private bool IsLiveInside => !Consumer.IsDetached && ring.IsRunning;

    /// <summary>The command held, or the next one; false when none is published.</summary>
    internal bool TryNext(out RingCommand command)
    {
        if (!IsHolding)
        {
            IsHolding = Consumer.TryTake(out _command);
        }

        command = _command;
        return IsHolding;
    }

    /// <summary>The command held counts as done; <see cref="TryComplete"/> will tell.</summary>
    internal void Finish() => IsHolding = IsWaiting = false;

    /// <summary>Forgets the command held: its ring was taken away.</summary>
    internal void Drop() => IsHolding = IsWaiting = false;

    /// <summary>
    /// Writes the completion word for everything finished, unless the ring has been taken away. Look and write are in one access
    /// section, so a whole pass of the engine after the mark ends every write that was decided on before it.
    /// </summary>
    internal bool TryComplete(long nanoseconds)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        if (!IsLiveInside)
        {
            return false;
        }

        Consumer.Complete(IsHolding ? Consumer.Position - 1 : Consumer.Position, nanoseconds);
        return true;
    }
}
