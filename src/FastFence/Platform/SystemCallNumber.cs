using System.Runtime.InteropServices;

namespace FastFence.Platform;

/// <summary>
/// Linux system call numbers (x64: arch/x86/entry/syscalls/syscall_64.tbl; arm64: include/uapi/asm-generic/unistd.h), for
/// the calls that have no wrapper in every C library.
/// </summary>
internal static class SystemCallNumber
{
    private static readonly bool s_isArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Whether the numbers below hold here. Elsewhere nothing may be called by number.</summary>
    public static readonly bool IsKnown =
        OperatingSystem.IsLinux() && (s_isArm64 || RuntimeInformation.ProcessArchitecture == Architecture.X64);

    public static readonly nint Futex = s_isArm64 ? 98 : 202;
    public static readonly nint FutexWaitAny = 449; // Linux 5.16, the same on all
    public static readonly nint GetThreadId = s_isArm64 ? 178 : 186;
    public static readonly nint SignalThread = s_isArm64 ? 131 : 234;
    public static readonly nint ExitThread = s_isArm64 ? 93 : 60;
    public static readonly nint MemoryBarrier = s_isArm64 ? 283 : 324;
}
