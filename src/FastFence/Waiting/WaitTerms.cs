using FastFence.Platform;

namespace FastFence.Waiting;

/// <summary>How a blocking wait may end, and what it does before it sleeps.</summary>
/// <param name="Limit">How long at most.</param>
/// <param name="Deadline">Monotonic ns, once the wait has started; <see cref="long.MaxValue"/>: none, or the clock's.</param>
/// <param name="Clock">A clock of the caller's; null: the monotonic one.</param>
/// <param name="Hint">Before parking.</param>
/// <param name="Token">Cancels it.</param>
internal readonly record struct WaitTerms(TimeSpan Limit, long Deadline, ForeignClock? Clock, WaitHint Hint, CancellationToken Token) : IDisposable
{
    /// <summary>Only a look.</summary>
    public bool IsZero => Limit == TimeSpan.Zero;

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

        return new WaitTerms(timeout, long.MaxValue, null, hint, token);
    }

    /// <summary>Terms on the provider's clock; the system's is our own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative time.</exception>
    public static WaitTerms Of(TimeSpan timeout, TimeProvider provider, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(provider);
        WaitTerms terms = Of(timeout, WaitHint.Auto, token);
        return provider == TimeProvider.System || terms.IsZero || timeout == Timeout.InfiniteTimeSpan
            ? terms
            : terms with { Clock = new ForeignClock(provider, timeout) };
    }

    /// <summary>From now on: the clock is read only by a wait that did not find its fence signaled.</summary>
    public WaitTerms Started() => Clock != null ? this : this with { Deadline = MonotonicClock.After(Limit) };

    /// <inheritdoc/>
    public void Dispose() => Clock?.Dispose();
}
