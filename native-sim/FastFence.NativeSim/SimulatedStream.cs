using FastFence.NativeSim.Jobs;

namespace FastFence.NativeSim;

/// <summary>A ring of this process as its engine sees it, and the write that cannot come late.</summary>
internal sealed class SimulatedStream(FenceRing ring) : JobStream
{
    private ulong _reported = ring.Consumer.Position;
    private bool _isSilent;

    internal FenceRing Ring => ring;

    internal RingConsumer Consumer { get; } = ring.Consumer;

    internal ulong Context { get; } = ring.Timeline.Context;

    /// <summary>Position reported last. Any thread.</summary>
    internal ulong Reported => Volatile.Read(ref _reported);

    /// <summary>Not once it fails, is closed or gone.</summary>
    internal override bool IsLive
    {
        get
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            return IsLiveInside;
        }
    }

    protected override ulong Taken => Consumer.Position;

    // Inside a section: the ring's memory cannot go meanwhile.
    private bool IsLiveInside => !Consumer.IsDetached && ring.IsRunning;

    /// <summary>
    /// Writes the completion word for everything finished, unless the ring has been taken away. Look and write are in one access
    /// section, so a whole pass of the engine after the mark ends every write that was decided on before it.
    /// </summary>
    internal bool TryComplete(long nanoseconds, bool silently = false)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        if (!IsLiveInside)
        {
            return false;
        }

        ulong position = Finished;
        _isSilent |= silently;
        if (silently)
        {
            Consumer.CompleteSilently(position);
        }
        else
        {
            Consumer.Complete(position, nanoseconds);
        }

        Volatile.Write(ref _reported, position);
        return true;
    }

    /// <summary>The interrupt for what was completed silently.</summary>
    internal void Interrupt()
    {
        if (_isSilent)
        {
            _isSilent = false;
            Consumer.Interrupt();
        }
    }

    protected override bool TryTake(out RingCommand command) => Consumer.TryTake(out command);
}
