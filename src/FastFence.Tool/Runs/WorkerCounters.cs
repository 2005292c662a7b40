namespace FastFence.Tool.Runs;

/// <summary>What one thread of the load did. One writer, any reader; a line of its own on either side.</summary>
internal sealed class WorkerCounters
{
    private readonly long[] _counts = new long[32];

    /// <summary>Fences whose names were read.</summary>
    internal ref long Names => ref _counts[16];

    /// <summary>… while they were pending to the end of the section.</summary>
    internal ref long NamesPending => ref _counts[17];

    /// <summary>Descriptions written.</summary>
    internal ref long Describes => ref _counts[18];

    /// <summary>Waits that ended with a status.</summary>
    internal ref long Waits => ref _counts[19];

    /// <summary>Callbacks accepted.</summary>
    internal ref long CallbacksAdded => ref _counts[20];

    /// <summary>Callbacks removed.</summary>
    internal ref long CallbacksRemoved => ref _counts[21];

    /// <summary>One more, visible to readers.</summary>
    internal static void Count(ref long counter) => Volatile.Write(ref counter, counter + 1);
}
