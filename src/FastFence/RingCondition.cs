namespace FastFence;

/// <summary>How a ring stands with its device: running → suspect → resetting → running or faulted → closed.</summary>
public enum RingCondition
{
    /// <summary>It takes jobs.</summary>
    Running,

    /// <summary>No progress for the watchdog's time: the word is read again, and the device is asked. It takes jobs.</summary>
    Suspect,

    /// <summary>The device is brought to rest, what is outstanding ends or is kept to be run again. It takes no jobs: try again.</summary>
    Resetting,

    /// <summary>The device has written what cannot be; the ring is about to be reset.</summary>
    Faulted,

    /// <summary>For good.</summary>
    Closed,
}
