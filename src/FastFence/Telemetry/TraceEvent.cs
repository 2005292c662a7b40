using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>One record of a trace. Names are indices into <see cref="TraceLog.Names"/>.</summary>
internal readonly record struct TraceEvent
{
    /// <summary>Monotonic ns.</summary>
    public required long TimeNs { get; init; }

    /// <summary>What happened.</summary>
    public required TraceEventKind Kind { get; init; }

    /// <summary>CPU on which it was recorded.</summary>
    public int Cpu { get; init; }

    /// <summary>Thread that recorded it; 0 is the idle task's.</summary>
    public int Tid { get; init; }

    /// <summary>Real driver name (C9).</summary>
    public int Driver { get; init; }

    /// <summary>Real timeline name (C9).</summary>
    public int Timeline { get; init; }

    /// <summary>Context of the fence; of a job's finished fence.</summary>
    public required ulong Context { get; init; }

    /// <summary>Its seqno.</summary>
    public required ulong Seqno { get; init; }

    /// <summary>Error magnitude of a failed fence, else 0.</summary>
    public uint Error { get; init; }

    /// <summary>Jobs: context of the fence that is waited for.</summary>
    public ulong OtherContext { get; init; }

    /// <summary>Jobs: its seqno.</summary>
    public ulong OtherSeqno { get; init; }

    /// <summary>Jobs: the submitter's number of the job, or 0.</summary>
    public ulong Job { get; init; }

    /// <summary>Jobs: jobs queued on the same entity.</summary>
    public uint JobCount { get; init; }

    /// <summary>Jobs: jobs with the hardware.</summary>
    public int HardwareJobCount { get; init; }

    /// <summary>Awaits: tells those apart that run at one time.</summary>
    public uint Await { get; init; }

    /// <summary>Awaits: how it ended.</summary>
    public AwaitOutcome Outcome { get; init; }

    /// <summary>Is it one of the scheduler's?</summary>
    public bool IsJob => Kind is >= TraceEventKind.JobQueue and <= TraceEventKind.JobUnschedulable;

    /// <summary>Is it an await's? The kernel has none: only asynchronous slices can show them.</summary>
    public bool IsAwait => Kind >= TraceEventKind.AwaitBegin;
}
