using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastFence.Waiting;

namespace FastFence;

/// <summary>Where an await goes on.</summary>
public enum FenceContinuation
{
    /// <summary>On the captured context or scheduler, else on the thread pool; never on the thread that signals.</summary>
    Captured,

    /// <summary>
    /// Where the fence's callbacks run: on the engine's dispatcher if a poller signals, else on the thread that signals. It saves the hop to
    /// the pool and holds up the callbacks behind it until its next await, so it must be as short as a callback. A
    /// captured context is asked all the same unless the await is configured not to.
    /// </summary>
    AsCallback,

    /// <summary>
    /// On the engine's dispatcher, or the timeline's executor, whoever signals: never on the thread that signals. The fence's managed callbacks go there
    /// with it, since they keep their order. Otherwise as <see cref="AsCallback"/>.
    /// </summary>
    OnDispatcher,
}

/// <summary>
/// Awaiting a fence: no thread blocks, and nothing managed is allocated in steady state, with a timeout and a long-lived cancellation source
/// too. Each result is awaited once, like any ValueTask: a second await, a second <c>GetResult</c>, or asking a pending one for its
/// result throws <see cref="InvalidOperationException"/>. Thread class: any. Cost: a callback node, a pooled source, and a hop to the
/// thread pool for the continuation.
/// </summary>
public static class FenceAwaitExtensions
{
    /// <summary>
    /// Completes when the fence is signaled. A failed fence returns its status, it does not throw. The continuation runs on the
    /// captured context, else on the thread pool; never on the signaller.
    /// </summary>
    /// <param name="fence">The fence.</param>
    /// <param name="cancellationToken">
    /// Ends the await with an exception; the fence is not touched. Costs no allocation as long as its source lives long: each source
    /// keeps the registrations it once had.
    /// </param>
    /// <exception cref="OperationCanceledException">The token fired before the fence was signaled.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached.</exception>
    /// <exception cref="InvalidOperationException">A null handle; or the result was awaited twice.</exception>
    public static ValueTask<FenceStatus> WaitAsync(this Fence fence, CancellationToken cancellationToken) =>
        Start(fence, AwaitTerms.Until(FenceContinuation.Captured, cancellationToken));

    /// <inheritdoc cref="WaitAsync(Fence, CancellationToken)"/>
    public static ValueTask<FenceStatus> WaitAsync(this Fence fence) => Start(fence, AwaitTerms.Until(FenceContinuation.Captured, CancellationToken.None));

    /// <summary>As <see cref="WaitAsync(Fence, CancellationToken)"/>, going on where <paramref name="continuation"/> says.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="continuation">Where to go on after a signal; after a cancellation it is always the pool or the captured context.</param>
    /// <param name="cancellationToken">Ends the await with an exception.</param>
    public static ValueTask<FenceStatus> WaitAsync(
        this Fence fence, FenceContinuation continuation, CancellationToken cancellationToken) =>
        Start(fence, AwaitTerms.Until(continuation, cancellationToken));

    /// <summary>
    /// Completes when the fence is signaled or the time is over; which of the two is in the result and cannot be mistaken (C14).
    /// A timeout comes at most 1.05 ms and a thread's wake late, never early.
    /// </summary>
    /// <param name="fence">The fence.</param>
    /// <param name="timeout">At least zero, or <see cref="Timeout.InfiniteTimeSpan"/>. Zero on a pending fence times out at once.</param>
    /// <param name="cancellationToken">Ends the await with an exception.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative timeout.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached.</exception>
    /// <exception cref="InvalidOperationException">A null handle; or the result was awaited twice.</exception>
    public static ValueTask<WaitResult> WaitAsync(this Fence fence, TimeSpan timeout, CancellationToken cancellationToken) =>
        StartTimed(fence, AwaitTerms.Within(timeout, null, cancellationToken));

    /// <inheritdoc cref="WaitAsync(Fence, TimeSpan, CancellationToken)"/>
    public static ValueTask<WaitResult> WaitAsync(this Fence fence, TimeSpan timeout) =>
        StartTimed(fence, AwaitTerms.Within(timeout, null, CancellationToken.None));

    /// <summary>The same on a clock of the caller's, for tests: any provider but the system's allocates its timer.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="timeout">In the provider's time.</param>
    /// <param name="timeProvider">Whose time counts.</param>
    /// <param name="cancellationToken">Ends the await with an exception.</param>
    public static ValueTask<WaitResult> WaitAsync(
        this Fence fence, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        return StartTimed(fence, AwaitTerms.Within(timeout, timeProvider, cancellationToken));
    }

    /// <summary>A task on the fence, for code that wants one: it may be awaited often and combined. Allocates it.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="cancellationToken">Cancels the task; the fence is not touched.</param>
    public static Task<FenceStatus> AsTask(this Fence fence, CancellationToken cancellationToken = default) =>
        WaitAsync(fence, cancellationToken).AsTask();

    /// <summary><c>await fence</c>: as <see cref="WaitAsync(Fence, CancellationToken)"/> without a token.</summary>
    /// <param name="fence">The fence.</param>
    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "The awaiter is the one consumption.")]
    public static ValueTaskAwaiter<FenceStatus> GetAwaiter(this Fence fence) => WaitAsync(fence).GetAwaiter();

    private static ValueTask<FenceStatus> Start(Fence fence, in AwaitTerms terms)
    {
        fence.ThrowIfNull();
        if (terms.Token.IsCancellationRequested && !fence.IsSignaled)
        {
            return ValueTask.FromCanceled<FenceStatus>(terms.Token);
        }

        AwaitSource? source = AwaitSource.Begin(fence, terms, out short version, out WaitResult now);
        return source == null ? new ValueTask<FenceStatus>(now.Status) : new ValueTask<FenceStatus>(source, version);
    }

    private static ValueTask<WaitResult> StartTimed(Fence fence, in AwaitTerms terms)
    {
        fence.ThrowIfNull();
        if (terms.Token.IsCancellationRequested && !fence.IsSignaled)
        {
            return ValueTask.FromCanceled<WaitResult>(terms.Token);
        }

        AwaitSource? source = AwaitSource.Begin(fence, terms, out short version, out WaitResult now);
        return source == null ? new ValueTask<WaitResult>(now) : new ValueTask<WaitResult>(source, version);
    }
}
