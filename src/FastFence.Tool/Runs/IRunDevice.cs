namespace FastFence.Tool.Runs;

/// <summary>The device of a run: in this process or in one of its own.</summary>
internal interface IRunDevice : IDisposable
{
    /// <summary>Processor time of its own process; null where it has none.</summary>
    TimeSpan? ProcessorTime { get; }

    /// <summary>How many devices there were; more than one if some have died.</summary>
    long Lives { get; }

    /// <summary>Lets it work.</summary>
    void Start();

    /// <summary>Makes a ring that one of its engines consumes; they are used in turn.</summary>
    FenceRing CreateRing(Exporter exporter, string name, long turn, RingOptions options);
}
