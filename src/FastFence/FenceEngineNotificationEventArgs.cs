namespace FastFence;

/// <summary>What an engine has to report.</summary>
public enum NotificationKind
{
    /// <summary>A reader holds up reclamation (C18).</summary>
    ReaderStalled,

    /// <summary>A callback or a destructor threw.</summary>
    CallbackFaulted,

    /// <summary>A ring's device is lost, hangs, or wrote a word that cannot be.</summary>
    RingFaulted,

    /// <summary>The watchdog completed fences that took too long (C3).</summary>
    WatchdogFired,

    /// <summary>The poller's heartbeat rests.</summary>
    PollerStalled,

    /// <summary>The poller is not of the kind asked for.</summary>
    PollerFellBack,

    /// <summary>The native poller stood still or ended; a managed one has taken its place.</summary>
    PollerReplaced,

    /// <summary>A callback, or an executor's <c>Post</c>, blocks an engine thread: it is named, and the thread replaced.</summary>
    DispatcherBlocked,

    /// <summary>Page locks were refused.</summary>
    MemoryNotLocked,

    /// <summary>The engine was disposed while fences were held, or could not wait for somebody.</summary>
    HeldAtDispose,

    /// <summary>An exporter could not be taken away within the limit: who holds it is named (C17).</summary>
    UnloadHeldUp,

    /// <summary>Checked mode found a misuse; <see cref="FenceEngineNotificationEventArgs.Misuse"/> has it. Raised on the thread that did it.</summary>
    Misuse,
}

/// <summary>A notification: what, where, and what to do.</summary>
public sealed class FenceEngineNotificationEventArgs : EventArgs
{
    internal FenceEngineNotificationEventArgs(NotificationKind kind, string message, Exception? exception = null, MisuseEventArgs? misuse = null)
    {
        Kind = kind;
        Message = message;
        Exception = exception;
        Misuse = misuse;
    }

    /// <summary>What happened.</summary>
    public NotificationKind Kind { get; }

    /// <summary>In words.</summary>
    public string Message { get; }

    /// <summary>The exception, where there was one.</summary>
    public Exception? Exception { get; }

    /// <summary>What checked mode found, where it is that.</summary>
    public MisuseEventArgs? Misuse { get; }
}
