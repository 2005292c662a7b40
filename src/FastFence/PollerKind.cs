namespace FastFence;

/// <summary>Which runtime a poller's thread belongs to.</summary>
public enum PollerKind
{
    /// <summary>Native where the library is found, managed elsewhere.</summary>
    Auto,

    /// <summary>
    /// A thread of the NativeAOT library, which the host's garbage collections do not stop. Where it cannot be had, the managed one
    /// runs and a notification says why.
    /// </summary>
    Native,

    /// <summary>A thread of the host's runtime: stands still during a garbage collection.</summary>
    Managed,
}
