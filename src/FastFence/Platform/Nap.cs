using System.Runtime.InteropServices;

namespace FastFence.Platform;

/// <summary>A short sleep on a futex that nobody wakes: finer than the framework's millisecond.</summary>
internal static unsafe class Nap
{
    private static readonly nint s_word = (nint)NativeMemory.AllocZeroed(sizeof(uint));

    /// <summary>Sleeps for about so long. Parks.</summary>
    public static void For(long nanoseconds) => Futex.Wait((uint*)s_word, 0, MonotonicClock.Nanoseconds + nanoseconds);
}
