using System.Runtime.CompilerServices;
using FastFence.Waiting;

namespace FastFence;

/// <summary>Waiting until every accepted callback of a fence has returned: then what they used may be freed (fault 5).</summary>
public static class FenceQuiesceExtensions
{
    /// <summary>
    /// Blocks until the fence is quiesced: signaled, and all its accepted callbacks have returned, wherever they run; or until the time is
    /// over. What they did is seen afterwards. Not inside an access section or a callback; an online reader goes offline meanwhile.
    /// Allocates nothing, but a token's first registration. Zero time asks only, anywhere.
    /// </summary>
    /// <param name="fence">The fence.</param>
    /// <param name="timeout">At least zero, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    /// <returns>The status, or timed out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative timeout.</exception>
    /// <exception cref="InvalidOperationException">A null handle, or inside an access section or a callback.</exception>
    /// <exception cref="OperationCanceledException">The token fired before the fence was seen quiesced.</exception>
    public static WaitResult WaitQuiesced(this Fence fence, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        fence.ThrowIfNull();
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A wait takes zero or more time, or Timeout.InfiniteTimeSpan.");
        }

        return QuiesceWait.Wait(fence, timeout, cancellationToken);
    }

    /// <summary>
    /// Completes when the fence is quiesced, with its status. No thread blocks. The continuation runs on the captured context, else on the
    /// thread pool. Await the result once.
    /// </summary>
    /// <param name="fence">The fence.</param>
    /// <param name="cancellationToken">Ends the await with an exception.</param>
    /// <exception cref="InvalidOperationException">A null handle.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed and gave up waiting for a callback that still runs.</exception>
    /// <exception cref="OperationCanceledException">The token fired before the fence was seen quiesced.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<FenceStatus> WaitQuiescedAsync(this Fence fence, CancellationToken cancellationToken = default)
    {
        fence.ThrowIfNull();
        FenceStatus status = await fence.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!fence.IsQuiesced)
        {
            await QuiesceSource.Start(fence, cancellationToken).ConfigureAwait(false);
        }

        return status;
    }
}
