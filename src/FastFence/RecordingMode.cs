namespace FastFence;

/// <summary>Whether an engine's threads write to the flight recorder, and with which clock.</summary>
public enum RecordingMode
{
    /// <summary>Nothing is recorded; each point where it would be costs a load and a branch.</summary>
    Off,

    /// <summary>
    /// Times are the poller's published ones, as old as its last turn (and the clock itself while the poller sleeps); a signal has its
    /// fence's own time stamp.
    /// </summary>
    Coarse,

    /// <summary>The clock is read for each record: some 25 ns.</summary>
    Precise,
}
