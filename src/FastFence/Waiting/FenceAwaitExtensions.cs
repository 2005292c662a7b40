using System.Runtime.CompilerServices;
using FastFence.Waiting;

namespace FastFence;

/// <summary>Awaiting a fence: no thread blocks, nothing is allocated in steady state.</summary>
public static class FenceAwaitExtensions
{
    /// <summary>
    /// Completes when the fence is signaled. A failed fence returns its status, it does not throw. The continuation runs on the
    /// captured context, else on the thread pool; never on the signaller. Await the result once, as any ValueTask.
    /// </summary>
    /// <param name="fence">The fence.</param>
    /// <param name="cancellationToken">Ends the await with an exception; the fence is not touched.</param>
    /// <exception cref="OperationCanceledException">The token fired before the fence was signaled.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached.</exception>
    /// <exception cref="InvalidOperationException">A null handle; or the result was awaited twice.</exception>
    public static ValueTask<FenceStatus> WaitAsync(this Fence fence, CancellationToken cancellationToken = default)
    {
        fence.ThrowIfNull();
        return AwaitSource.Start(fence, cancellationToken);
    }

    /// <summary><c>await fence</c>: as <see cref="WaitAsync"/> without a token.</summary>
    /// <param name="fence">The fence.</param>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "The awaiter is the one consumption.")]
    public static ValueTaskAwaiter<FenceStatus> GetAwaiter(this Fence fence) => WaitAsync(fence).GetAwaiter();
}
