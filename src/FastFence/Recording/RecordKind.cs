namespace FastFence.Recording;

/// <summary>What a record of the flight recorder says: the kernel's seven fence events, the five of its job scheduler, awaits, and three of its own.</summary>
internal enum RecordKind : byte
{
    /// <summary>Nothing was written here.</summary>
    None,

    /// <summary>A fence was made.</summary>
    FenceInit,

    /// <summary>It was emitted on a ring.</summary>
    FenceEmit,

    /// <summary>Its exporter was asked to signal it.</summary>
    FenceEnableSignal,

    /// <summary>It signaled.</summary>
    FenceSignaled,

    /// <summary>A thread began to wait for it.</summary>
    FenceWaitStart,

    /// <summary>The thread stopped waiting.</summary>
    FenceWaitEnd,

    /// <summary>Its last reference was dropped.</summary>
    FenceDestroy,

    /// <summary>A job was queued.</summary>
    JobQueue,

    /// <summary>It went to its ring.</summary>
    JobRun,

    /// <summary>The device has done it.</summary>
    JobDone,

    /// <summary>It has to wait for another's fence.</summary>
    JobAddDependency,

    /// <summary>It was due and could not run for that fence.</summary>
    JobUnschedulable,

    /// <summary>The rest of the record before it: what has no room in one.</summary>
    Rest,

    /// <summary>The ring has another thread from here on: its number, and that of the one before.</summary>
    Owner,

    /// <summary>The thread is on another CPU from here on: its number, and that of the one before.</summary>
    Cpu,

    /// <summary>An await began, of a fence or of a timeline's value. Its rest: the await's number.</summary>
    AwaitBegin,

    /// <summary>It ended. Its rest: the number and an <see cref="AwaitOutcome"/>.</summary>
    AwaitEnd,
}
