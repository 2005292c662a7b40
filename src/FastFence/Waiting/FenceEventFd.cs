using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using FastFence.Platform;
using FastFence.Waiting;

namespace FastFence;

/// <summary>
/// An eventfd that becomes readable when a fence, or a group of fences, has signaled: for event loops on epoll, poll or io_uring. It stays readable
/// until somebody reads its eight bytes. Errors are not in it: ask the fence. Dispose it, after taking it out of the event loop; the fences are
/// not touched. Allocates and costs a descriptor. Thread class: any; nonblocking.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class FenceEventFd : IDisposable
{
    private readonly FenceWatch _watch;

    /// <summary>For one fence.</summary>
    /// <param name="fence">The fence; one that is signaled or gone makes it readable at once.</param>
    /// <exception cref="ArgumentException">A null handle.</exception>
    /// <exception cref="IOException">No descriptor could be had.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on Linux.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached.</exception>
    public FenceEventFd(Fence fence)
        : this([fence], FenceGroup.All)
    {
    }

    /// <summary>For a group.</summary>
    /// <param name="fences">At least one; may repeat.</param>
    /// <param name="group">Readable with the first or with the last.</param>
    /// <exception cref="ArgumentException">No fence, or a null handle.</exception>
    /// <exception cref="IOException">No descriptor could be had.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on Linux.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached.</exception>
    public FenceEventFd(ReadOnlySpan<Fence> fences, FenceGroup group)
    {
        Handle = EventFd.Create();
        try
        {
            _watch = new FenceWatch(fences, group, Set);
        }
        catch
        {
            Handle.Dispose();
            throw;
        }
    }

    /// <summary>The descriptor, nonblocking and close-on-exec; owned by this object.</summary>
    public SafeHandle Handle { get; }

    /// <summary>Its number, valid until this object is disposed.</summary>
    public int Descriptor => (int)Handle.DangerousGetHandle();

    /// <inheritdoc/>
    public void Dispose()
    {
        // First the watch: nobody writes to a number that the system may give to another file.
        _watch.Dispose();
        Handle.Dispose();
    }

    private void Set() => EventFd.Raise(Handle);
}
