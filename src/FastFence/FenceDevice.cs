namespace FastFence;

/// <summary>
/// What a device must tell the engine beside its completion words: the seam for simulated and real devices. Called on the
/// engine's housekeeping thread or the thread that ends or recovers a ring, never by the poller; implementations may block for as long as they are allowed.
/// </summary>
public abstract class FenceDevice
{
    /// <summary>Is the device alive? Loss is one-way: once false, always false.</summary>
    public abstract bool CheckHealth();

    /// <summary>
    /// Makes sure that the device will not write any more for the commands it has been given: nothing of theirs is freed before
    /// this has answered true (C3).
    /// </summary>
    /// <param name="timeout">How long it may take.</param>
    public abstract bool Quiesce(TimeSpan timeout);

    /// <summary>What about a ring that has made no progress for its watchdog's time? Unless overridden, a healthy device has it reset.</summary>
    /// <param name="ring">The ring; it is not stopped yet.</param>
    public virtual HangAnswer AskAboutHang(FenceRing ring) => CheckHealth() ? HangAnswer.Reset : HangAnswer.Lost;

    /// <summary>
    /// Gives a ring that is being recovered other memory to go on with, never what a late write of its former life could hit. Unless
    /// overridden there is none, and the ring is closed.
    /// </summary>
    /// <param name="ring">The ring; its device is quiet.</param>
    /// <param name="position">It goes on behind this one.</param>
    /// <param name="addresses">The memory, whose device does not look at it before <see cref="OnMoved"/>.</param>
    public virtual bool TryGiveMemory(FenceRing ring, ulong position, out RingAddresses addresses)
    {
        addresses = default;
        return false;
    }

    /// <summary>The ring stands in the memory given last: the device may take commands from it.</summary>
    /// <param name="ring">The ring.</param>
    public virtual void OnMoved(FenceRing ring)
    {
    }
}
