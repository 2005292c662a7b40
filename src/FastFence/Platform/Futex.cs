// Sleeping on a 32-bit word in native memory (Drepper, "Futexes Are Tricky"; futex(2)). The kernel compares the word and
// goes to sleep in one step, so a wake between the caller's last look and its sleep is not lost: whoever wakes changes the
// word first.
//
// The word must stay mapped until every waiter is out. It lives in a slab, never on a stack (architecture, decision 4).
namespace FastFence.Platform;

/// <summary>A futex: of this process, or of all that share the word.</summary>
internal static unsafe partial class Futex
{
    /// <summary>A deadline that never comes.</summary>
    public const long NoDeadline = long.MaxValue;

    private const long WithoutWaitAny = 1_000_000;

    /// <summary>Whether the kernel does the waiting; else a thread that waits sleeps and looks, and a wake is not heard.</summary>
    public static bool IsNative => s_isNative;

    /// <summary>
    /// Sleeps while <paramref name="word"/> holds <paramref name="expected"/>, until a wake or
    /// <paramref name="deadlineNanoseconds"/>. Thread class: any that may block, offline as a reader. Parks. Returns may be
    /// spurious. Ordering: none that the caller may build on; it reads the word again with the ordering it needs.
    /// Cost: 4-7 µs from wake to running.
    /// </summary>
    /// <param name="word">Safety: 4-byte aligned native memory that stays mapped until the call is back.</param>
    /// <param name="expected">What the caller last saw there.</param>
    /// <param name="deadlineNanoseconds">Absolute, on <see cref="MonotonicClock"/>; <see cref="NoDeadline"/> = none.</param>
    public static FutexResult Wait(uint* word, uint expected, long deadlineNanoseconds) =>
        s_isNative ? WaitInKernel(word, expected, deadlineNanoseconds, PrivateFlag) : WaitByPolling(word, expected, deadlineNanoseconds);

    /// <summary>
    /// Wakes up to <paramref name="count"/> threads that sleep on <paramref name="word"/>; returns how many. Thread class:
    /// any. Never blocks, never allocates. Cost: 0.3 µs with nobody there, 1-3 µs with one sleeper.
    /// </summary>
    // Without the kernel nobody can be counted; the pollers see the changed word by themselves.
    public static int Wake(uint* word, int count) => s_isNative ? WakeInKernel(word, count, PrivateFlag) : 0;

    /// <summary>As <see cref="Wait"/>, on a word of memory that several processes share; woken by <see cref="WakeShared"/> only.</summary>
    /// <param name="word">Safety: 4-byte aligned memory that stays mapped until the call is back.</param>
    /// <param name="expected">What the caller last saw there.</param>
    /// <param name="deadlineNanoseconds">Absolute, on <see cref="MonotonicClock"/>; <see cref="NoDeadline"/> = none.</param>
    public static FutexResult WaitShared(uint* word, uint expected, long deadlineNanoseconds) =>
        s_isNative ? WaitInKernel(word, expected, deadlineNanoseconds, 0) : WaitByPolling(word, expected, deadlineNanoseconds);

    /// <summary>
    /// As <see cref="Wait"/> on several words at once: the first is this process's, the others are shared. Where the kernel has no such call
    /// it sleeps on the first for a millisecond at most. A word that is not mapped any more counts as one that differs.
    /// </summary>
    /// <param name="words">Safety: <paramref name="count"/> addresses, 4-byte aligned; the first stays mapped until the call is back.</param>
    /// <param name="count">2 to 128.</param>
    /// <param name="expected">What all of them held.</param>
    /// <param name="deadlineNanoseconds">Absolute, on <see cref="MonotonicClock"/>; <see cref="NoDeadline"/> = none.</param>
    public static FutexResult WaitAny(uint** words, int count, uint expected, long deadlineNanoseconds) => s_waitsAny
        ? WaitAnyInKernel(words, count, expected, deadlineNanoseconds)
        : Wait(words[0], expected, Math.Min(deadlineNanoseconds, MonotonicClock.Nanoseconds + WithoutWaitAny));

    /// <summary>As <see cref="Wake"/>, for sleepers of any process that entered by <see cref="WaitShared"/>.</summary>
    public static int WakeShared(uint* word, int count) => s_isNative ? WakeInKernel(word, count, 0) : 0;
}
