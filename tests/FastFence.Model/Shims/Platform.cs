// The Platform floor as the model sees it: time passes by asking for it, sleeping and barriers are the explorer's.
using System.Runtime.InteropServices;
using FastFence.Model.Explorer;

namespace FastFence.Platform;

internal static unsafe class Futex
{
    public const long NoDeadline = long.MaxValue;

    public static FutexResult Wait(uint* word, uint expected, long deadlineNanoseconds) =>
        Run.IsModelThread ? Run.Current.FutexWait((nint)word, expected) : FutexResult.ValueDiffers;

    public static int Wake(uint* word, int count) => Run.IsModelThread ? Run.Current.FutexWake((nint)word, count) : 0;

    public static int WakeShared(uint* word, int count) => Wake(word, count);

    // No case has a device in another process: see Uncovered.
    public static FutexResult WaitAny(uint** words, int count, uint expected, long deadlineNanoseconds) =>
        Wait(words[0], expected, deadlineNanoseconds);
}

internal static class ProcessBarrier
{
    public static void Issue(
        [System.Runtime.CompilerServices.CallerFilePath] string file = "",
        [System.Runtime.CompilerServices.CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.ProcessBarrier(new Site(file, line));
        }
    }
}

internal static class MonotonicClock
{
    public static long Nanoseconds => Run.IsModelThread ? Run.Current.Tick() : 1000;

    public static long After(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? long.MaxValue : Nanoseconds + (long)time.TotalNanoseconds;
}

internal static class Cpu
{
    public static int UsableCores => 1;

    public static void Pause() => CurrentThread.Yield();

    public static unsafe void Prefetch(void* p)
    {
    }
}

internal static class CurrentThread
{
    public static int Id => Environment.CurrentManagedThreadId;

    public static ulong StartTime(int tid) => (ulong)tid;

    public static bool IsAlive(int tid) => tid > 0;

    public static void Yield()
    {
        if (Run.IsModelThread)
        {
            Run.Current.Yield();
        }
    }
}

internal static class NativeCode
{
    public static bool IsNative(nint function) => function != 0;
}

internal static class Nap
{
    public static void For(long nanoseconds) => CurrentThread.Yield();
}

internal static unsafe class Pages
{
    // Fresh pages of the C heap's mapping read as zero; nothing is touched here, so nothing is committed.
    public static byte* Reserve(nuint bytes, nuint alignment)
    {
        byte* memory = (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(bytes + alignment);
        byte* aligned = (byte*)(((nuint)memory + alignment - 1) & ~(alignment - 1));
        Model.Worlds.Snapshot.Cover(aligned, (long)bytes);
        return aligned;
    }

    public static bool TryDecommit(byte* p, nuint bytes) => false;

    public static bool TryAdviseHuge(byte* p, nuint bytes) => false;

    public static bool TryLock(byte* p, nuint bytes, out int errno)
    {
        errno = 0;
        return false;
    }

    public static void Prefault(byte* p, nuint bytes)
    {
    }
}

// Its words are the cases' own: no ring of theirs ever asks.
internal static class ThreadCpu
{
    public static unsafe uint* WordOf(int offset) => null;
}
