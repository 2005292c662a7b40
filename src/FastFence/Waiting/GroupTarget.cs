namespace FastFence.Waiting;

/// <summary>Any or all of several fences.</summary>
internal readonly ref struct GroupTarget(ReadOnlySpan<Fence> fences, bool all) : IWaitTarget
{
    private readonly ReadOnlySpan<Fence> _fences = fences;

    /// <inheritdoc/>
    public bool IsMet => !Look(_fences, all).IsTimedOut;

    /// <summary>
    /// The lowest signaled fence and its status; or of all the worst status: the first that failed, else stale if one is gone, else
    /// signaled. Timed out while that cannot be said yet.
    /// </summary>
    public static WaitAnyResult Look(ReadOnlySpan<Fence> fences, bool all)
    {
        WaitAnyResult worst = new(0, FenceStatus.Signaled);
        for (int i = 0; i < fences.Length; i++)
        {
            FenceStatus status = fences[i].Status;
            if (!all && status.IsCompleted)
            {
                return new WaitAnyResult(i, status);
            }

            if (all && !status.IsCompleted)
            {
                return WaitAnyResult.TimedOut;
            }

            worst = IsWorse(status, worst.Status) ? new WaitAnyResult(i, status) : worst;
        }

        return all ? worst : WaitAnyResult.TimedOut;
    }

    private static bool IsWorse(FenceStatus status, FenceStatus than) => status.State switch
    {
        FenceState.Failed => than.State != FenceState.Failed,
        FenceState.Stale => than.State == FenceState.Signaled,
        _ => false,
    };
}
