using FastFence.Waiting;

namespace FastFence;

/// <summary>
/// A <see cref="WaitHandle"/> that is set when a fence, or a group of fences, has signaled, and stays set: for code that waits with
/// <see cref="WaitHandle.WaitAny(WaitHandle[])"/> or registers waits. It allocates and costs an event of the system; new code waits on the fence. Errors are
/// not in it: ask the fence for its status. Dispose it; the fences are not touched. Thread class: any.
/// </summary>
public sealed class FenceWaitHandle : WaitHandle
{
    private readonly ManualResetEvent _event = new(initialState: false);
    private readonly FenceWatch _watch;

    /// <summary>For one fence.</summary>
    /// <param name="fence">The fence; one that is signaled or gone sets the handle at once.</param>
    /// <exception cref="ArgumentException">A null handle.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached.</exception>
    public FenceWaitHandle(Fence fence)
        : this([fence], FenceGroup.All)
    {
    }

    /// <summary>For a group.</summary>
    /// <param name="fences">At least one; may repeat.</param>
    /// <param name="group">Set with the first or with the last.</param>
    /// <exception cref="ArgumentException">No fence, or a null handle.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached.</exception>
    public FenceWaitHandle(ReadOnlySpan<Fence> fences, FenceGroup group)
    {
        SafeWaitHandle = _event.SafeWaitHandle;
        try
        {
            _watch = new FenceWatch(fences, group, Set);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool explicitDisposing)
    {
        if (explicitDisposing)
        {
            _watch?.Dispose();
            _event.Dispose();
        }

        base.Dispose(explicitDisposing);
    }

    private void Set() => _event.Set();
}
