namespace FastFence;

/// <summary>What emitting came to. Anything but <see cref="Emitted"/> has changed nothing.</summary>
public enum EmitResult
{
    /// <summary>On the ring: the fence will end, with or without an error.</summary>
    Emitted,

    /// <summary>The ring is full (−EBUSY): as many positions are outstanding as it has.</summary>
    RingFull,

    /// <summary>The engine's bound on fences is reached (−ENOMEM).</summary>
    NoMemory,

    /// <summary>The ring, its exporter or its engine is closing, or the device is lost.</summary>
    Closed,

    /// <summary>
    /// The emitter stood still between reserving and publishing for longer than the ring's limit; its position became a NOP.
    /// </summary>
    GivenUp,

    /// <summary>
    /// The ring's device, in another process, is being brought to rest: afterwards the ring goes on, or is closed for good. Try again a little later.
    /// </summary>
    Resetting,
}
