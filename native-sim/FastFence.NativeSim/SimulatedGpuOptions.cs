namespace FastFence.NativeSim;

/// <summary>Habits of a simulated GPU.</summary>
public sealed record SimulatedGpuOptions
{
    internal const int MostJobsAtOnce = 64;

    /// <summary>Appears in the names of its threads.</summary>
    public string Name { get; init; } = "sim";

    /// <summary>No threads: somebody calls <see cref="SimulatedEngine.Step"/>, and time is virtual. For deterministic tests.</summary>
    public bool Stepped { get; init; }

    /// <summary>How long jobs take on engines that are not told otherwise; what the command says unless given.</summary>
    public JobTime JobTime { get; init; } = JobTime.FromCommand;

    /// <summary>Most jobs without duration that one ring completes with one write before the next ring has its turn.</summary>
    public int BatchLimit { get; init; } = 256;

    /// <summary>Jobs that an engine runs at the same time, 1 to 64, at most one of each ring: rings then finish out of order. On threads only.</summary>
    public int JobsAtOnce { get; init; } = 1;

    /// <summary>An interrupt for so many jobs done, or once the first of them is as old as <see cref="InterruptDelay"/>. On threads only.</summary>
    public int InterruptJobs { get; init; } = 1;

    /// <summary>Longest time that a job done waits for its interrupt.</summary>
    public TimeSpan InterruptDelay { get; init; }

    /// <summary>Bytes that <see cref="DeviceOpcode.Copy"/> and the like work on.</summary>
    public int DataBytes { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Name);
        ArgumentNullException.ThrowIfNull(JobTime);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(JobsAtOnce, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(JobsAtOnce, MostJobsAtOnce);
        ArgumentOutOfRangeException.ThrowIfLessThan(InterruptJobs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InterruptDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(DataBytes);
    }
}
