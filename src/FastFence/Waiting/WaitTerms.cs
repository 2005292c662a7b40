using FastFence.Platform;

namespace FastFence.Waiting;

/// <summary>How a blocking wait may end, and what it does before it sleeps.</summary>
/// <param name="IsZero">Only a look.</param>
/// <param name="Deadline">Monotonic ns; <see cref="long.MaxValue"/>: none, or the clock's.</param>
/// <param name="Clock">A clock of the caller's; null: the monotonic one.</param>
/// <param name="Hint">Before parking.</param>
/// <param name="Token">Cancels it.</param>
internal readonly record struct WaitTerms(bool IsZero, long Deadline, ForeignClock? Clock, WaitHint Hint, CancellationToken Token) : IDisposable
{
    /// <summary>Is the time over?</summary>
    public bool IsOver => Clock != null ? Clock.IsOver : MonotonicClock.Nanoseconds >= Deadline;

    /// <summary>Terms on the monotonic clock.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative time, or no such hint.</exception>
    public static WaitTerms Of(TimeSpan timeout, WaitHint hint, CancellationToken token)
    {
        AwaitTerms.ThrowIfNegative(timeout);
        if (hint is < WaitHint.Auto or > WaitHint.Block)
        {
            throw new ArgumentOutOfRangeException(nameof(hint), hint, "There is no such wait hint.");
        }

        return new WaitTerms(timeout == TimeSpan.Zero, MonotonicClock.After(timeout), null, hint, token);
    }

    /// <summary>Terms on the provider's clock; the system's is our own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative time.</exception>
    public static WaitTerms Of(TimeSpan timeout, TimeProvider provider, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(provider);
        WaitTerms terms = Of(timeout, WaitHint.Auto, token);
        return provider == TimeProvider.System || terms.IsZero || timeout == Timeout.InfiniteTimeSpan
            ? terms
            : terms with { Deadline = long.MaxValue, Clock = new ForeignClock(provider, timeout) };
    }

    /// <inheritdoc/>
    public void Dispose() => Clock?.Dispose();
}
