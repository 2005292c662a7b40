namespace FastFence;

/// <summary>What the flight recorder holds.</summary>
public sealed record FlightRecorderStatistics
{
    /// <summary>Records written since the process's start.</summary>
    public long Written { get; init; }

    /// <summary>Of these, overwritten by newer ones, or given up with their names.</summary>
    public long Lost { get; init; }

    /// <summary>Threads that have a ring now.</summary>
    public int Threads { get; init; }

    /// <summary>How often a thread found no ring: nothing of it is recorded. Raise <see cref="FlightRecorderOptions.Threads"/>.</summary>
    public long ThreadsUnrecorded { get; init; }

    /// <summary>Names of drivers and timelines in use.</summary>
    public int Names { get; init; }

    /// <summary>Names without a timeline that are kept because records may speak of them.</summary>
    public int NamesKept { get; init; }

    /// <summary>Most names; at the bound new timelines are refused.</summary>
    public int MaxNames { get; init; }

    /// <summary>The file that the records are in, or null.</summary>
    public string? File { get; init; }
}
