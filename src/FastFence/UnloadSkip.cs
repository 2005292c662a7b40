namespace FastFence;

/// <summary>Steps of an unload that a test leaves out, to show that it would notice.</summary>
[Flags]
internal enum UnloadSkip
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The grace period before pending fences are looked for.</summary>
    Creation = 1,

    /// <summary>The grace period after the signals.</summary>
    GracePeriod = 2,

    /// <summary>Waiting for sleepers.</summary>
    Sleepers = 4,

    /// <summary>Callbacks of the exporter's code.</summary>
    Callbacks = 8,

    /// <summary>Destructors.</summary>
    Destructors = 16,

    /// <summary>The grace period before a closed timeline is looked at for freeing.</summary>
    Creators = 32,
}
