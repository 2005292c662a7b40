namespace FastFence.Recording;

/// <summary>How an await ended.</summary>
internal enum AwaitOutcome
{
    /// <summary>By what was awaited.</summary>
    Completed,

    /// <summary>Its time was over.</summary>
    TimedOut,

    /// <summary>Its token fired.</summary>
    Canceled,
}
