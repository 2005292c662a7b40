namespace FastFence.Platform;

/// <summary>Why a futex wait came back. None of them says that the condition holds: the caller reads the word again.</summary>
internal enum FutexResult
{
    /// <summary>A wake, or a spurious return: the kernel does not tell them apart.</summary>
    Woken,

    /// <summary>The word did not hold the expected value, so the thread never slept.</summary>
    ValueDiffers,

    /// <summary>The deadline passed.</summary>
    TimedOut,

    /// <summary>A signal handler ran on this thread.</summary>
    Interrupted,
}
