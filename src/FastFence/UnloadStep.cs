namespace FastFence;

/// <summary>Steps of an unload, in their order (C17).</summary>
public enum UnloadStep
{
    /// <summary>Closing is marked; a grace period until no create or enable is in flight.</summary>
    Creation,

    /// <summary>Rings end: the device comes to rest, the poller completes what is outstanding.</summary>
    Rings,

    /// <summary>Pending fences of its software timelines are signaled.</summary>
    Fences,

    /// <summary>A grace period: nobody uses what he read while a fence was pending.</summary>
    GracePeriod,

    /// <summary>Sleepers in its <c>Wait</c> op have been woken and have left it.</summary>
    Sleepers,

    /// <summary>Callbacks of its code, on anyone's fences, are removed or have returned.</summary>
    Callbacks,

    /// <summary>Its destructors and its <c>Release</c> op have returned.</summary>
    Destructors,

    /// <summary>Its code is unloaded.</summary>
    Code,
}
