using FastFence.Reclamation;

namespace FastFence;

/// <summary>One misuse: what, where, by whom.</summary>
public sealed class MisuseEventArgs : EventArgs
{
    internal MisuseEventArgs(MisuseKind kind, string what, string site, string? otherSite, CheckedThread thread)
    {
        Kind = kind;
        Site = site;
        OtherSite = otherSite;
        ManagedThreadId = thread.ManagedId;
        OsThreadId = thread.OsId;
        ThreadName = thread.Name;
        Message = $"{what} At {site}, thread {thread}.{(otherSite == null ? string.Empty : $" Opened or taken at {otherSite}.")}";
    }

    /// <summary>What was done.</summary>
    public MisuseKind Kind { get; }

    /// <summary>In words, with site and thread.</summary>
    public string Message { get; }

    /// <summary>The first frame outside FastFence: <c>Type.Method in file:line</c>, without a file where there are no symbols.</summary>
    public string Site { get; }

    /// <summary>Where the section was opened, or where the other half of a cycle was seen; null when there is none or it is not known.</summary>
    public string? OtherSite { get; }

    /// <summary>Managed number of the thread; 0 when it has ended without having been seen.</summary>
    public int ManagedThreadId { get; }

    /// <summary>The system's number of the thread.</summary>
    public int OsThreadId { get; }

    /// <summary>Name of the thread, if it has one.</summary>
    public string? ThreadName { get; }
}
