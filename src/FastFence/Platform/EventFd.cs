using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastFence.Platform;

/// <summary>An eventfd(2): a counter that an event loop can watch.</summary>
internal static unsafe class EventFd
{
    // EFD_CLOEXEC | EFD_NONBLOCK, include/linux/eventfd.h.
    private const int Flags = 0x80000 | 0x800;

    /// <summary>A new one, not readable.</summary>
    /// <exception cref="PlatformNotSupportedException">Not on Linux.</exception>
    /// <exception cref="IOException">The system has no descriptor left.</exception>
    public static SafeHandle Create()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("An eventfd is Linux's. Use FenceWaitHandle here.");
        }

        int descriptor = Libc.EventFd(0, Flags);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"eventfd failed with errno {Marshal.GetLastPInvokeError()}: too many open files (ulimit -n).");
    }

    /// <summary>Makes it readable. Never blocks: the counter is far from its bound, since each is raised once.</summary>
    public static void Raise(SafeHandle handle)
    {
        ulong one = 1;
        Libc.Write((int)handle.DangerousGetHandle(), (byte*)&one, sizeof(ulong));
    }
}
