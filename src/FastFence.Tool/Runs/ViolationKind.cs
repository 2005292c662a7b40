namespace FastFence.Tool.Runs;

/// <summary>Promises of the engine that a run checks.</summary>
internal enum ViolationKind
{
    /// <summary>A name was not the fence's (C7).</summary>
    WrongName,

    /// <summary>A name's memory had been given back (C5, C6).</summary>
    LateRead,

    /// <summary>Accepted callbacks are not those that ran or were removed (C11).</summary>
    CallbackLost,

    /// <summary>A callback threw.</summary>
    CallbackThrown,

    /// <summary>A fence that its only signaller had to signal was signaled before (C1).</summary>
    SignaledTwice,

    /// <summary>Slots were live after everything had been let go (C21).</summary>
    LeakedFence,

    /// <summary>Fences of a ring were seen signaled out of order (C11).</summary>
    OrderBroken,

    /// <summary>A signaled fence without a timestamp, or with one before its predecessor's (§2).</summary>
    TimestampBroken,

    /// <summary>A wait returned although the fence was pending (C14).</summary>
    WaitPending,

    /// <summary>A wait ran out of time (C3, C14).</summary>
    WaitTimedOut,

    /// <summary>A fence was pending after it had been signaled (C1).</summary>
    Unsignaled,

    /// <summary>A fence was made and never signaled (C3).</summary>
    NeverSignaled,

    /// <summary>A slot was written to after it had been reclaimed.</summary>
    PoisonBroken,

    /// <summary>Slots were given up.</summary>
    SlotLost,

    /// <summary>A waiter was woken by the safety poll alone (C14).</summary>
    LostWake,

    /// <summary>The watchdog ended fences of a healthy load (C3).</summary>
    WatchdogFired,

    /// <summary>A ring of a healthy device was faulted.</summary>
    RingFaulted,

    /// <summary>The poller stood still.</summary>
    PollerStalled,

    /// <summary>Checked mode found a misuse of the contract.</summary>
    Misuse,
}
