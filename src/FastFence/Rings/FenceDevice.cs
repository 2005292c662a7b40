namespace FastFence;

/// <summary>
/// What a device must tell the engine beside its completion words: the seam for simulated and real devices. Called on the
/// engine's housekeeping thread, never by the poller; implementations may block for as long as they are allowed.
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
}
