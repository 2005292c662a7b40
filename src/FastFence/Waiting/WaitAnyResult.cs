namespace FastFence;

/// <summary>Outcome of waiting for any of several fences.</summary>
/// <param name="Index">
/// Which fence ended the wait: the lowest index of a signaled one when the wait began, else the one that was signaled first; −1 when timed
/// out. A fence that stands there twice answers with its first place.
/// </param>
/// <param name="Status">Its status; <see cref="FenceStatus.Pending"/> when timed out.</param>
public readonly record struct WaitAnyResult(int Index, FenceStatus Status)
{
    /// <summary>The time ran out and all fences were pending.</summary>
    public bool IsTimedOut => Index < 0;

    /// <summary>The fence is completed without an error (or gone).</summary>
    public bool IsSuccess => !IsTimedOut && Status.State is FenceState.Signaled or FenceState.Stale;

    internal static WaitAnyResult TimedOut => new(-1, FenceStatus.Pending);
}
