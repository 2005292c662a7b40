namespace FastFence.Waiting;

/// <summary>How an await may end, and where it goes on.</summary>
/// <param name="Timeout">At least zero, or infinite.</param>
/// <param name="Provider">Whose time counts; null: the engine's own clock.</param>
/// <param name="AsCallback">The continuation runs where the fence's callbacks run.</param>
/// <param name="Token">Cancels it.</param>
internal readonly record struct AwaitTerms(TimeSpan Timeout, TimeProvider? Provider, bool AsCallback, CancellationToken Token)
{
    /// <summary>No end but the fence's and the token's.</summary>
    public static AwaitTerms Until(bool asCallback, CancellationToken token) =>
        new(System.Threading.Timeout.InfiniteTimeSpan, null, asCallback, token);

    /// <summary>The system's provider is our own clock: its timers would allocate.</summary>
    public static AwaitTerms Within(TimeSpan timeout, TimeProvider? provider, CancellationToken token)
    {
        ThrowIfNegative(timeout);
        return new(timeout, provider == TimeProvider.System ? null : provider, false, token);
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
