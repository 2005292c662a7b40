namespace FastFence;

/// <summary>What a device says of a ring that has made no progress for its watchdog's time.</summary>
public enum HangAnswer
{
    /// <summary>The job hangs: the ring is brought to rest and its fences end with −ETIME.</summary>
    Reset,

    /// <summary>The job is just long: the ring goes on, and its watchdog starts anew.</summary>
    StillRunning,

    /// <summary>The device is gone: its fences end with −EIO.</summary>
    Lost,
}
