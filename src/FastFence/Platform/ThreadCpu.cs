// The CPU that the calling thread runs on, as a word of the thread's own memory: the kernel writes it at each switch, so reading it is a load.
// glibc registers that word for every thread since 2.35 (rseq(2)) and says how far from the thread pointer it lies. Asking the kernel's vDSO
// instead (getcpu) costs ten times a record's other work.
using System.Runtime.InteropServices;

namespace FastFence.Platform;

/// <summary>Where the kernel keeps the number of a thread's CPU.</summary>
internal static unsafe class ThreadCpu
{
    // struct rseq, include/uapi/linux/rseq.h: cpu_id_start, cpu_id. The second is negative until the registration is done.
    private const nint NumberAt = 4;
    private const uint HighestNumber = 1 << 16;

    /// <summary>
    /// How far from the thread pointer the words lie; 0 where there are none: another C library, an older one, registration turned off
    /// (<c>GLIBC_TUNABLES=glibc.pthread.rseq=0</c>), another CPU than x64. Managed threads of the host.
    /// </summary>
    // x64 only: there pthread_self is the thread pointer. On arm64 it lies before it by the size of a struct that glibc does not publish.
    public static int FindOffset()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || !NativeLibrary.TryLoad("libc.so.6", out nint library))
        {
            return 0;
        }

        return NativeLibrary.TryGetExport(library, "__rseq_size", out nint size) && *(uint*)size != 0
            && NativeLibrary.TryGetExport(library, "__rseq_offset", out nint offset)
            && *(nint*)offset == (int)*(nint*)offset
            ? (int)*(nint*)offset
            : 0;
    }

    /// <summary>
    /// The calling thread's word; null when it holds no number. Only that thread may read it: it is gone with the thread. Any thread,
    /// managed or native.
    /// </summary>
    /// <param name="offset">What <see cref="FindOffset"/> said in this process; not 0.</param>
    public static uint* WordOf(int offset)
    {
        uint* word = (uint*)((byte*)Libc.ThreadPointer() + offset + NumberAt);
        return *word < HighestNumber ? word : null;
    }
}
