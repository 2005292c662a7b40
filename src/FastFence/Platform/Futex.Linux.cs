using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace FastFence.Platform;

internal static unsafe partial class Futex
{
    // include/uapi/linux/futex.h. WAIT_BITSET and not WAIT: its deadline is absolute, so a wait that was interrupted and
    // tried again does not grow.
    private const int PrivateFlag = 128;
    private const int WakeOperation = 1;
    private const int WaitBitsetOperation = 9;
    private const uint AnyBit = 0xFFFF_FFFF;

    private const long NanosecondsPerSecond = 1_000_000_000;

    // include/uapi/linux/futex.h: FUTEX2_SIZE_U32, FUTEX2_PRIVATE; CLOCK_MONOTONIC.
    private const uint Size32 = 2;
    private const int MonotonicClockId = 1;
    private const int MostWords = 128;

    private static readonly bool s_isNative = ProbeKernel();
    private static readonly bool s_waitsAny = s_isNative && ProbeWaitAny();

    // A sandbox may refuse the call (seccomp); found here once rather than in every wait. The clocks must agree, too.
    private static bool ProbeKernel()
    {
        uint word = 0;
        return SystemCallNumber.IsKnown && MonotonicClock.IsKernelMonotonic
            && Libc.SystemCallWithoutErrno(SystemCallNumber.Futex, (nint)(&word), WakeOperation | PrivateFlag, 1) == 0;
    }

    private static FutexResult WaitInKernel(uint* word, uint expected, long deadline, int flags)
    {
        // The kernel calls a negative time an error; every deadline before boot is simply over.
        (long seconds, long nanoseconds) = Math.DivRem(Math.Max(deadline, 0), NanosecondsPerSecond);
        Timespec time = new() { Seconds = seconds, Nanoseconds = nanoseconds };
        Timespec* timeout = deadline == NoDeadline ? null : &time;

        // A normal GC transition: this call sleeps, and a collection must not wait for it.
        nint result = Libc.SystemCall(
            SystemCallNumber.Futex, (nint)word, WaitBitsetOperation | flags, (nint)expected, (nint)timeout, 0, unchecked((nint)AnyBit));
        if (result == 0)
        {
            return FutexResult.Woken;
        }

        int error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Errno.TryAgain => FutexResult.ValueDiffers,
            Errno.TimedOut => FutexResult.TimedOut,
            Errno.Interrupted => FutexResult.Interrupted,
            _ => Fail(error),
        };
    }

    private static FutexResult WaitAnyInKernel(uint** words, int count, uint expected, long deadline)
    {
        (long seconds, long nanoseconds) = Math.DivRem(Math.Max(deadline, 0), NanosecondsPerSecond);
        Timespec time = new() { Seconds = seconds, Nanoseconds = nanoseconds };
        WaitEntry* entries = stackalloc WaitEntry[MostWords];
        for (int i = 0; i < count; i++)
        {
            entries[i] = new WaitEntry { Expected = expected, Address = (ulong)words[i], Flags = i == 0 ? Size32 | PrivateFlag : Size32 };
        }

        nint result = Libc.SystemCall(
            SystemCallNumber.FutexWaitAny, (nint)entries, count, 0, deadline == NoDeadline ? 0 : (nint)(&time), MonotonicClockId, 0);
        if (result >= 0)
        {
            return FutexResult.Woken;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            Errno.TimedOut => FutexResult.TimedOut,
            Errno.Interrupted => FutexResult.Interrupted,
            _ => FutexResult.ValueDiffers, // or a word that is gone: the caller looks for itself
        };
    }

    // One word that differs: the call is known where it says so.
    private static bool ProbeWaitAny()
    {
        uint word = 0;
        WaitEntry entry = new() { Expected = 1, Address = (ulong)&word, Flags = Size32 | PrivateFlag };
        return Libc.SystemCall(SystemCallNumber.FutexWaitAny, (nint)(&entry), 1, 0, 0, MonotonicClockId, 0) < 0
            && Marshal.GetLastPInvokeError() == Errno.TryAgain;
    }

    private static int WakeInKernel(uint* word, int count, int flags) =>
        (int)Math.Max(0, Libc.SystemCallWithoutErrno(SystemCallNumber.Futex, (nint)word, WakeOperation | flags, count));

    // An unmapped or misaligned word: a caller's bug. Answering "woken" would turn it into a spin that never ends.
    [DoesNotReturn]
    private static FutexResult Fail(int error) =>
        throw new InvalidOperationException($"futex wait failed with errno {error}: the word is misaligned or not mapped.");

    [StructLayout(LayoutKind.Sequential)]
    private struct WaitEntry
    {
        public ulong Expected;
        public ulong Address;
        public uint Flags;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
