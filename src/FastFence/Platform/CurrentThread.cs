// Threads by their OS number. A number is used again after its thread has ended, so a thread is identified by number and
// start time together: the stall detector asks for both before it calls a reader dead.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace FastFence.Platform;

/// <summary>The calling thread, and whether others of this process still live.</summary>
internal static unsafe class CurrentThread
{
    // Elsewhere than on Linux: a thread is never said to be dead, because nothing here could tell.
    private const ulong UnknownStart = 1;

    // After the ")" that closes the name, fields 3 to 22 of stat follow.
    private const int FieldsAfterName = 22 - 2;

    // A line of stat has 52 numbers: 20 digits each at most, and a name of up to 64 bytes.
    private const int LongestStat = 1280;

    /// <summary>The thread number of the OS (gettid). Thread class: any. Never blocks. Cost: a system call, 0.2 µs: keep it.</summary>
    public static int Id => SystemCallNumber.IsKnown
        ? (int)Libc.SystemCallWithoutErrno(SystemCallNumber.GetThreadId, 0, 0, 0)
        : Environment.CurrentManagedThreadId;

    /// <summary>
    /// When the thread started, in clock ticks since boot; 0 when it is gone. Only equality means something. Thread class:
    /// any. Never allocates. Cost: 12-20 µs. Source: field 22 of /proc/self/task/TID/stat, proc(5).
    /// </summary>
    public static ulong StartTime(int tid)
    {
        if (!SystemCallNumber.IsKnown)
        {
            return UnknownStart;
        }

        Span<byte> path = stackalloc byte[64];
        if (!Encoding.UTF8.TryGetBytes("/proc/self/task/", path, out int length)
            || !tid.TryFormat(path[length..], out int digits, default, CultureInfo.InvariantCulture))
        {
            return 0;
        }

        length += digits;
        "/stat\0"u8.CopyTo(path[length..]);
        Span<byte> stat = stackalloc byte[LongestStat];
        int read = ReadFile(path, stat);
        return ParseStart(stat[..read]);
    }

    /// <summary>
    /// Whether a thread of this process with that number lives. Thread class: any. Never blocks, never allocates. Cost:
    /// 0.6-0.8 µs. A thread counts as alive for some microseconds after it was joined: the kernel is still taking it down.
    /// </summary>
    // Signal 0 is checked like a signal and never sent. Only "no such thread" is an end; any other refusal is not.
    public static bool IsAlive(int tid)
    {
        if (!SystemCallNumber.IsKnown)
        {
            return true;
        }

        return tid > 0
            && (Libc.SystemCall(SystemCallNumber.SignalThread, Environment.ProcessId, tid, 0) == 0
                || Marshal.GetLastPInvokeError() != Errno.NoSuchThread);
    }

    /// <summary>Lets another ready thread of this core run first. Thread class: any. Never allocates. Cost: 0.6-0.7 µs with nobody there.</summary>
    // A normal GC transition on purpose: others may now run for a whole time slice, and a collection must not wait for that.
    public static void Yield()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Libc.Yield();
        }
        else
        {
            _ = Thread.Yield();
        }
    }

    /// <summary>Field 22 of a stat line; 0 when there is none.</summary>
    internal static ulong ParseStart(ReadOnlySpan<byte> stat)
    {
        // The name may hold blanks and ")" itself: its end is the last one.
        ReadOnlySpan<byte> rest = stat[(stat.LastIndexOf((byte)')') + 1)..];
        int field = 0;
        foreach (Range range in rest.Split((byte)' '))
        {
            if (rest[range].IsEmpty)
            {
                continue;
            }

            if (++field == FieldsAfterName)
            {
                return ulong.TryParse(rest[range], CultureInfo.InvariantCulture, out ulong start) ? start : 0;
            }
        }

        return 0;
    }

    // By hand: File would allocate, and the stall detector runs while memory may be short.
    private static int ReadFile(ReadOnlySpan<byte> zeroEndedPath, Span<byte> into)
    {
        const int ReadOnlyCloseOnExec = 0x80000;
        fixed (byte* path = zeroEndedPath)
        fixed (byte* buffer = into)
        {
            int file = Libc.OpenRead(path, ReadOnlyCloseOnExec);
            if (file < 0)
            {
                return 0;
            }

            nint read = Libc.Read(file, buffer, (nuint)into.Length);
            _ = Libc.Close(file);
            return (int)nint.Max(read, 0);
        }
    }
}
