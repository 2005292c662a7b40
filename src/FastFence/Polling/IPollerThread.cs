namespace FastFence.Polling;

/// <summary>A thread that runs a poller's turns, whichever runtime it belongs to.</summary>
internal interface IPollerThread
{
    /// <summary>Does it belong to the native library, where the host's garbage collections do not stop it?</summary>
    bool IsNative { get; }

    /// <summary>Whether the thread is pinned, and why not (words for a person).</summary>
    string Pinning { get; }

    /// <summary>Is its thread pinned as asked?</summary>
    bool IsPinned { get; }

    /// <summary>Is it still running?</summary>
    bool IsAlive { get; }

    /// <summary>
    /// Methods that were compiled on the thread since it began, as of a turn after the last look; asking does not stop it. 0 for a native
    /// one: it was compiled before.
    /// </summary>
    long MethodsCompiled { get; }

    /// <summary>
    /// Stops the thread and waits for it, unless it is the caller; false when a native one stands still beyond the deadline: it may
    /// then still touch what the engine has given it.
    /// </summary>
    bool TryStop(long deadlineNanoseconds);
}
