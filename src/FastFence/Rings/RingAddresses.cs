namespace FastFence;

/// <summary>
/// Memory of a ring that its device shares, for devices in a process of their own. Every address stays mapped until the word at
/// <see cref="InUse"/> is 0. The engine trusts nothing that the device can write there: a word is held to what was submitted, the rest are hints.
/// </summary>
public readonly record struct RingAddresses
{
    /// <summary><c>RingOptions.Capacity</c> lines of 64 bytes, zeroed: commands and their numbers. The device reads; it must not be able to write.</summary>
    public nint Commands { get; init; }

    /// <summary>The completion word.</summary>
    public nint CompletionWord { get; init; }

    /// <summary>As <c>RingOptions.CompletionTimes</c>; 0 = none.</summary>
    public nint CompletionTimes { get; init; }

    /// <summary>A 32-bit futex word that processes share: 1 while the device sleeps. Several rings may have the same.</summary>
    public nint Doorbell { get; init; }

    /// <summary>A 32-bit futex word that processes share: the poller sets it to 1 before it sleeps, the device to 0 before it wakes it.</summary>
    public nint Interrupt { get; init; }

    /// <summary>A 32-bit word of the host's own: the engine sets it to 0 when it will not touch the other addresses any more.</summary>
    public nint InUse { get; init; }
}
