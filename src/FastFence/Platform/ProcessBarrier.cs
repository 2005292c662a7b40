// The heavy half of an asymmetric fence: a reader pays a plain store and load, and the thread that scans the readers makes
// every running thread of the process execute a full barrier (membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED). It does not
// reach other processes: a device process pays for its own fence.
namespace FastFence.Platform;

/// <summary>A full memory barrier on every thread of this process.</summary>
internal static class ProcessBarrier
{
    // include/uapi/linux/membarrier.h
    private const int Query = 0;
    private const int PrivateExpedited = 1 << 3;
    private const int RegisterPrivateExpedited = 1 << 4;

    private static readonly bool s_isRegistered = Register();

    /// <summary>Whether the kernel interrupts exactly the cores that run this process; else the runtime does it in a dearer way.</summary>
    public static bool IsKernelAssisted => s_isRegistered;

    /// <summary>
    /// Returns after every other thread of the process has passed a full barrier since the call began; the caller has one,
    /// too. Thread class: any. Waits for the other cores, never for a thread. Never allocates. Cost: 0.2-0.7 µs alone, 2-9 µs
    /// with one other core busy (an interprocessor interrupt, which is dear in a virtual machine).
    /// </summary>
    public static void Issue()
    {
        if (s_isRegistered && Libc.SystemCallWithoutErrno(SystemCallNumber.MemoryBarrier, PrivateExpedited, 0, 0) == 0)
        {
            return;
        }

#pragma warning disable RS0030 // Process-wide barrier: the Atomics floor is above this one and has none.
        Interlocked.MemoryBarrierProcessWide();
#pragma warning restore RS0030
    }

    /// <summary>The commands the kernel knows, as a mask; negative where there is no such call.</summary>
    internal static nint QuerySupport() =>
        SystemCallNumber.IsKnown ? Libc.SystemCallWithoutErrno(SystemCallNumber.MemoryBarrier, Query, 0, 0) : -1;

    // Asking first: an old kernel or a sandbox answers -1, which has all bits set.
    private static bool Register() =>
        QuerySupport() is > 0 and var known && (known & PrivateExpedited) != 0
        && Libc.SystemCallWithoutErrno(SystemCallNumber.MemoryBarrier, RegisterPrivateExpedited, 0, 0) == 0;
}
