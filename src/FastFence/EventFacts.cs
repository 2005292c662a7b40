namespace FastFence;

/// <summary>What a notification is about, as numbers and names: for its event.</summary>
internal readonly record struct EventFacts
{
    /// <summary>OS number of the thread.</summary>
    public int Thread { get; init; }

    /// <summary>How long it has lasted.</summary>
    public long Milliseconds { get; init; }

    /// <summary>Handle of the fence.</summary>
    public ulong Fence { get; init; }

    /// <summary>Context of the timeline.</summary>
    public ulong Context { get; init; }

    /// <summary>Its last signaled seqno.</summary>
    public ulong Completed { get; init; }

    /// <summary>Its last given seqno.</summary>
    public ulong Last { get; init; }

    /// <summary>Name of its driver.</summary>
    public string? Driver { get; init; }

    /// <summary>Its name.</summary>
    public string? Timeline { get; init; }

    /// <summary>How a timeline stands.</summary>
    public static EventFacts Of(Timeline timeline)
    {
        (string driver, string name) = timeline.GetNames();
        return new EventFacts
        {
            Context = timeline.Context,
            Completed = timeline.CompletedSeqno,
            Last = timeline.LastSeqno,
            Driver = driver,
            Timeline = name,
        };
    }
}
