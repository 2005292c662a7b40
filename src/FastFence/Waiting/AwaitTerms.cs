namespace FastFence.Waiting;

/// <summary>How an await may end, and where it goes on.</summary>
/// <param name="Timeout">At least zero, or infinite.</param>
/// <param name="Provider">Whose time counts; null: the engine's own clock.</param>
/// <param name="GoesOn">Where the continuation runs after a signal.</param>
/// <param name="Token">Cancels it.</param>
internal readonly record struct AwaitTerms(TimeSpan Timeout, TimeProvider? Provider, FenceContinuation GoesOn, CancellationToken Token)
{
    /// <summary>No end but the fence's and the token's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place to go on.</exception>
    public static AwaitTerms Until(FenceContinuation goesOn, CancellationToken token)
    {
        if ((uint)goesOn > (uint)FenceContinuation.OnDispatcher)
        {
            throw new ArgumentOutOfRangeException(nameof(goesOn), goesOn, "There is no such place for an await to go on: see FenceContinuation.");
        }

        return new(System.Threading.Timeout.InfiniteTimeSpan, null, goesOn, token);
    }

    /// <summary>The system's provider is our own clock: its timers would allocate.</summary>
    public static AwaitTerms Within(TimeSpan timeout, TimeProvider? provider, CancellationToken token)
    {
        ThrowIfNegative(timeout);
        return new(timeout, provider == TimeProvider.System ? null : provider, FenceContinuation.Captured, token);
    }

    /// <summary>Does it end by time?</summary>
    public bool IsTimed => Timeout != System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Refuses negative times but the infinite one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative time.</exception>
    public static void ThrowIfNegative(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A wait takes zero or more time, or Timeout.InfiniteTimeSpan.");
        }
    }
}
