using FastFence.Fences;
using FastFence.Platform;
using FastFence.Waiting;

namespace FastFence;

/// <summary>Blocking waits on a fence.</summary>
public static class FenceWaitExtensions
{
    /// <summary>
    /// Blocks until the fence is signaled or the time is over: spins or yields for a moment, then parks on a futex. Zero on a
    /// pending fence returns at once. The thread must not be inside an access section; an online reader goes offline meanwhile.
    /// Allocates nothing (a cancellation token allocates on its first registration only, while its source lives).
    /// </summary>
    /// <param name="fence">The fence.</param>
    /// <param name="timeout">At least zero, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait with an exception; the fence is not touched.</param>
    /// <returns>The status, or timed out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative timeout.</exception>
    /// <exception cref="InvalidOperationException">A null handle, or inside an access section.</exception>
    /// <exception cref="OperationCanceledException">The token fired before the fence was seen signaled.</exception>
    public static WaitResult Wait(this Fence fence, TimeSpan timeout, CancellationToken cancellationToken) =>
        BlockingWait.Wait(fence, timeout, cancellationToken);

    /// <inheritdoc cref="Wait(Fence, TimeSpan, CancellationToken)"/>
    public static WaitResult Wait(this Fence fence, TimeSpan timeout) => BlockingWait.Wait(fence, timeout, CancellationToken.None);

    /// <summary>The same with a say in what the thread does before it parks.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="timeout">At least zero, or infinite.</param>
    /// <param name="hint">Before parking.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public static WaitResult Wait(this Fence fence, TimeSpan timeout, WaitHint hint, CancellationToken cancellationToken) =>
        BlockingWait.Wait(fence, WaitTerms.Of(timeout, hint, cancellationToken));

    /// <summary>The same on a clock of the caller's, for tests: any provider but the system's allocates its timer.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="timeout">In the provider's time.</param>
    /// <param name="timeProvider">Whose time counts.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public static WaitResult Wait(this Fence fence, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using WaitTerms terms = WaitTerms.Of(timeout, timeProvider, cancellationToken);
        return BlockingWait.Wait(fence, terms);
    }

    /// <summary>Blocks until the fence is signaled.</summary>
    /// <param name="fence">The fence.</param>
    /// <returns>The status.</returns>
    public static FenceStatus Wait(this Fence fence) => Wait(fence, CancellationToken.None);

    /// <summary>Blocks until the fence is signaled.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    /// <returns>The status.</returns>
    public static FenceStatus Wait(this Fence fence, CancellationToken cancellationToken) =>
        BlockingWait.Wait(fence, Timeout.InfiniteTimeSpan, cancellationToken).Status;

    /// <summary>
    /// Has the fence passed, as far as its head word and the exporter's hardware tell? Changes nothing and runs nothing (C13).
    /// </summary>
    /// <param name="fence">The fence.</param>
    public static bool Poll(this Fence fence)
    {
        fence.ThrowIfNull();
        return EnableSignaling.Poll(fence);
    }

    /// <summary>Tells the exporter that somebody is interested; at most once a fence reaches it.</summary>
    /// <param name="fence">The fence.</param>
    public static void EnableSignal(this Fence fence)
    {
        fence.ThrowIfNull();
        EnableSignaling.Enable(fence);
    }

    /// <summary>
    /// A soft deadline. The soonest of all callers wins, on the fence and on its timeline (a deadline for a later fence is one for those
    /// before it): what says nothing new is dropped, the rest goes to the exporter's op, and a ring's poller is awake by then. One in
    /// the past means now; on a signaled fence nothing happens. Never waits for anybody but another setter, for a moment.
    /// </summary>
    /// <param name="fence">The fence.</param>
    /// <param name="fromNow">When it should be done, from now.</param>
    public static void SetDeadline(this Fence fence, TimeSpan fromNow)
    {
        fence.ThrowIfNull();
        long ns = fromNow <= TimeSpan.Zero ? 0 : (long)Math.Min(fromNow.TotalNanoseconds, long.MaxValue / 2d);
        EnableSignaling.SetDeadline(fence, MonotonicClock.Nanoseconds + ns);
    }
}
