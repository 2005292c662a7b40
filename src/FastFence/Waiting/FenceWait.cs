using FastFence.Waiting;

namespace FastFence;

/// <summary>
/// Blocking waits for several fences at once, of one engine or of many. The thread must not be inside an access section; an online reader
/// goes offline meanwhile. Allocates nothing managed; up to nine inputs have their bookkeeping on the stack, more of them in native memory
/// without a limit. A fence may stand there more than once; one that is gone (stale) counts as signaled; a null handle is refused. The exporters' own
/// <c>Wait</c> ops are not called for more than one fence, their enable ops are. Cost: a callback node, two locked instructions and the removal
/// for each pending fence, then as a single wait. Thread class: any. May park.
/// </summary>
public static class FenceWait
{
    /// <summary>Blocks until one of the fences is signaled.</summary>
    /// <param name="fences">At least one.</param>
    /// <exception cref="ArgumentException">No fence, or a null handle.</exception>
    /// <exception cref="InvalidOperationException">Inside an access section.</exception>
    public static WaitAnyResult Any(ReadOnlySpan<Fence> fences) => Any(fences, Timeout.InfiniteTimeSpan, CancellationToken.None);

    /// <summary>Blocks until one of the fences is signaled or the time is over. Zero is a look.</summary>
    /// <param name="fences">At least one.</param>
    /// <param name="timeout">At least zero, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait with an exception; the fences are not touched.</param>
    /// <exception cref="ArgumentException">No fence, or a null handle.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative timeout.</exception>
    /// <exception cref="InvalidOperationException">Inside an access section.</exception>
    /// <exception cref="OperationCanceledException">The token fired before a fence was seen signaled.</exception>
    public static WaitAnyResult Any(ReadOnlySpan<Fence> fences, TimeSpan timeout, CancellationToken cancellationToken) =>
        Any(fences, timeout, WaitHint.Auto, cancellationToken);

    /// <summary>The same with a say in what the thread does before it parks.</summary>
    /// <param name="fences">At least one.</param>
    /// <param name="timeout">At least zero, or infinite.</param>
    /// <param name="hint">Before parking.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public static WaitAnyResult Any(ReadOnlySpan<Fence> fences, TimeSpan timeout, WaitHint hint, CancellationToken cancellationToken) =>
        GroupWait.Any(fences, WaitTerms.Of(timeout, hint, cancellationToken));

    /// <summary>The same on a clock of the caller's, for tests: any provider but the system's allocates its timer.</summary>
    /// <param name="fences">At least one.</param>
    /// <param name="timeout">In the provider's time.</param>
    /// <param name="timeProvider">Whose time counts.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public static WaitAnyResult Any(
        ReadOnlySpan<Fence> fences, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using WaitTerms terms = WaitTerms.Of(timeout, timeProvider, cancellationToken);
        return GroupWait.Any(fences, terms);
    }

    /// <summary>Blocks until all fences are signaled; the status says whether one failed. No fence at all is met at once.</summary>
    /// <param name="fences">Any number.</param>
    /// <exception cref="ArgumentException">A null handle.</exception>
    /// <exception cref="InvalidOperationException">Inside an access section.</exception>
    public static FenceStatus All(ReadOnlySpan<Fence> fences) => All(fences, Timeout.InfiniteTimeSpan, CancellationToken.None).Status;

    /// <summary>
    /// Blocks until all fences are signaled or the time is over. The status is the one of the first that failed, else stale if one is
    /// gone (it can no longer say how it ended), else signaled.
    /// </summary>
    /// <param name="fences">Any number.</param>
    /// <param name="timeout">At least zero, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait with an exception; the fences are not touched.</param>
    /// <exception cref="ArgumentException">A null handle.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative timeout.</exception>
    /// <exception cref="InvalidOperationException">Inside an access section.</exception>
    /// <exception cref="OperationCanceledException">The token fired before all fences were seen signaled.</exception>
    public static WaitResult All(ReadOnlySpan<Fence> fences, TimeSpan timeout, CancellationToken cancellationToken) =>
        All(fences, timeout, WaitHint.Auto, cancellationToken);

    /// <summary>The same with a say in what the thread does before it parks.</summary>
    /// <param name="fences">Any number.</param>
    /// <param name="timeout">At least zero, or infinite.</param>
    /// <param name="hint">Before parking.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public static WaitResult All(ReadOnlySpan<Fence> fences, TimeSpan timeout, WaitHint hint, CancellationToken cancellationToken) =>
        GroupWait.All(fences, WaitTerms.Of(timeout, hint, cancellationToken));

    /// <summary>The same on a clock of the caller's, for tests.</summary>
    /// <param name="fences">Any number.</param>
    /// <param name="timeout">In the provider's time.</param>
    /// <param name="timeProvider">Whose time counts.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public static WaitResult All(
        ReadOnlySpan<Fence> fences, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using WaitTerms terms = WaitTerms.Of(timeout, timeProvider, cancellationToken);
        return GroupWait.All(fences, terms);
    }
}
