namespace FastFence.NativeSim.Mappings;

/// <summary>What a device is told of its ways when its life begins.</summary>
/// <param name="JobsAtOnce">Jobs that an engine runs at the same time.</param>
/// <param name="InterruptJobs">An interrupt for so many jobs done.</param>
/// <param name="InterruptNanoseconds">Longest time that a job done waits for its interrupt.</param>
internal readonly record struct DeviceHabits(uint JobsAtOnce, uint InterruptJobs, long InterruptNanoseconds)
{
    internal const uint MostJobsAtOnce = SimulatedGpuOptions.MostJobsAtOnce;

    // A poller parks 10 ms at most: beyond a second nobody waits for an interrupt any more.
    internal const long MostInterruptNanoseconds = 1_000_000_000;

    internal DeviceHabits(in HostHeader header)
        : this(header.JobsAtOnce, header.InterruptJobs, header.InterruptNanoseconds)
    {
    }

    /// <summary>One job after the other, an interrupt each.</summary>
    internal static DeviceHabits Plain => new(1, 1, 0);

    /// <summary>What is wrong with it; null if nothing is.</summary>
    internal string? Fault()
    {
        if (JobsAtOnce is 0 or > MostJobsAtOnce)
        {
            return $"{JobsAtOnce} jobs at once, expected 1 to {MostJobsAtOnce}";
        }

        if (InterruptJobs == 0)
        {
            return "an interrupt for 0 jobs, expected at least 1";
        }

        return InterruptNanoseconds is < 0 or > MostInterruptNanoseconds
            ? $"interrupts {InterruptNanoseconds} ns late, expected 0 to {MostInterruptNanoseconds}"
            : null;
    }
}
