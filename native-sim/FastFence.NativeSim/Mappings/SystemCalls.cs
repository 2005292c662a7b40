// Every call of this project into the C library. Linux on x64 and arm64: what a device in a process of its own needs is Linux's.
using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace FastFence.NativeSim.Mappings;

/// <summary>The calls. Safety: pointers are valid for what the call does with them.</summary>
internal static unsafe partial class SystemCalls
{
    internal const int ReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC
    internal const int ReadWrite = 0x80002;
    internal const int ProtectRead = 1;
    internal const int ProtectWrite = 2;
    internal const int MapShared = 1;
    internal const int AddSeals = 1033;
    internal const int GetSeals = 1034;
    internal const int SealSeal = 1;
    internal const int SealShrink = 2;
    internal const int SealGrow = 4;
    internal const int SealFutureWrite = 0x10;
    internal const int PopulateWrite = 23; // MADV_POPULATE_WRITE, Linux 5.14
    internal const int EndOfFile = 2; // SEEK_END
    internal const int Kill = 9;
    internal const int Continue = 18;
    internal const int Stop = 19;

    private const uint CloseOnExec = 1; // MFD_CLOEXEC
    private const uint AllowSealing = 2;
    private const int FutexWaitBitset = 9;
    private const int FutexWake = 1;
    private const uint AnyBit = 0xFFFF_FFFF;
    private const short PollIn = 1;

    private static readonly bool s_isArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly nint s_futex = s_isArm64 ? 98 : 202;
    private static readonly nint s_memfdCreate = s_isArm64 ? 279 : 319;

    /// <summary>Is there what a device process needs?</summary>
    internal static bool IsSupported { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(int file, long bytes);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(int file, uint mode);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(int file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial byte* Map(byte* hint, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static partial int Unmap(byte* p, nuint bytes);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    internal static partial int Advise(byte* p, nuint bytes, int advice);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    internal static partial int SetAffinity(int thread, nuint bytes, ulong* cores);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    /// <summary>A memory file that can be sealed; negative when refused.</summary>
    internal static int CreateMemoryFile(ReadOnlySpan<byte> zeroEndedName)
    {
        fixed (byte* name = zeroEndedName)
        {
            return (int)Call(s_memfdCreate, (nint)name, (nint)(CloseOnExec | AllowSealing), 0, 0, 0, 0);
        }
    }

    /// <summary>A descriptor that tells of a process's end; negative when there is no such process.</summary>
    internal static int OpenProcess(int process) => (int)Call(434, process, 0, 0, 0, 0, 0);

    /// <summary>Sends a signal to exactly that process; false when it is gone.</summary>
    internal static bool Signal(int processFile, int signal) => Call(424, processFile, signal, 0, 0, 0, 0) == 0;

    /// <summary>Waits until the process has ended; false when it has not by then.</summary>
    internal static bool WaitForEnd(int processFile, int milliseconds)
    {
        PollEntry entry = new() { File = processFile, Events = PollIn };
        return Poll(&entry, 1, milliseconds) > 0;
    }

    /// <summary>Sleeps on a word that processes share while it holds <paramref name="expected"/>, until a wake or the deadline (monotonic ns).</summary>
    internal static void Sleep(uint* word, uint expected, long deadline)
    {
        (long seconds, long nanoseconds) = Math.DivRem(Math.Max(0, deadline), 1_000_000_000);
        TimeValue time = new() { Seconds = seconds, Nanoseconds = nanoseconds };
        _ = Call(s_futex, (nint)word, FutexWaitBitset, (nint)expected, (nint)(&time), 0, unchecked((nint)AnyBit));
    }

    /// <summary>Wakes who sleeps there, in any process.</summary>
    internal static void Wake(uint* word) => _ = Call(s_futex, (nint)word, FutexWake, int.MaxValue, 0, 0, 0);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
