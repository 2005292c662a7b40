using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FastFence.Platform;

/// <summary>Memory with a descriptor (memfd_create(2)): who may look into this process can map it.</summary>
internal static unsafe class SharedMemory
{
    private const uint CloseOnExec = 1; // MFD_CLOEXEC, include/uapi/linux/memfd.h

    /// <summary>New memory of no size; null where there is no such call, or no descriptor left.</summary>
    /// <param name="name">As <c>/proc/PID/fd</c> shows it, behind <c>/memfd:</c>.</param>
    public static SafeFileHandle? TryCreate(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            int descriptor;
            fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
            {
                descriptor = Libc.CreateMemoryFile(text, CloseOnExec);
            }

            return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        }
        catch (EntryPointNotFoundException)
        {
            return null; // a C library of before 2018
        }
    }
}
