namespace FastFence;

/// <summary>Outcome of a blocking wait: the fence's status, or timed out; the two cannot be mistaken for each other (C14).</summary>
/// <param name="IsTimedOut">The time ran out and the fence was pending.</param>
/// <param name="Status">The status at the end; <see cref="FenceStatus.Pending"/> when timed out.</param>
public readonly record struct WaitResult(bool IsTimedOut, FenceStatus Status)
{
    /// <summary>The fence is completed without an error (or gone).</summary>
    public bool IsSuccess => !IsTimedOut && Status.State is FenceState.Signaled or FenceState.Stale;

    internal static WaitResult TimedOut => new(true, FenceStatus.Pending);
}
