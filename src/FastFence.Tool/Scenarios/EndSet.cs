namespace FastFence.Tool.Scenarios;

/// <summary>How a fence may end (C2).</summary>
[Flags]
internal enum EndSet
{
    /// <summary>Not at all: it must not be used.</summary>
    None = 0,

    /// <summary>Without an error.</summary>
    Signaled = 1,

    /// <summary>With −ETIME.</summary>
    TimedOut = 2,

    /// <summary>With −EIO.</summary>
    Lost = 4,

    /// <summary>With −ENOENT.</summary>
    Closed = 8,

    /// <summary>With −ECANCELED.</summary>
    Canceled = 16,
}
