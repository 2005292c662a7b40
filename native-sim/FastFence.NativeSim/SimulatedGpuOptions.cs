namespace FastFence.NativeSim;

/// <summary>Habits of a simulated GPU.</summary>
public sealed record SimulatedGpuOptions
{
    /// <summary>Appears in the names of its threads.</summary>
    public string Name { get; init; } = "sim";

    /// <summary>No threads: somebody calls <see cref="SimulatedEngine.Step"/>, and time is virtual. For deterministic tests.</summary>
    public bool Stepped { get; init; }

    /// <summary>How long jobs take on engines that are not told otherwise; what the command says unless given.</summary>
    public JobTime JobTime { get; init; } = JobTime.FromCommand;

    /// <summary>Most jobs without duration that one ring completes with one write before the next ring has its turn.</summary>
    public int BatchLimit { get; init; } = 256;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Name);
        ArgumentNullException.ThrowIfNull(JobTime);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchLimit, 1);
    }
}
