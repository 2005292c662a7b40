using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim;

/// <summary>Habits of a simulated GPU in a process of its own.</summary>
public sealed record ProcessGpuOptions
{
    /// <summary>Engines, 1 to 64; each is a thread of the device's process.</summary>
    public int Engines { get; init; } = 1;

    /// <summary>
    /// Places for rings, 1 to 4096. A closed ring's place is used again once its fences are reclaimed; a ring that was reset leaves its place for good, until
    /// the device's next life.
    /// </summary>
    public int Rings { get; init; } = 64;

    /// <summary>Positions of each ring, a power of two.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>Bytes that <see cref="DeviceOpcode.Copy"/> and the like work on.</summary>
    public long DataBytes { get; init; }

    /// <summary>Jobs that an engine runs at the same time, 1 to 64, at most one of each ring: rings then finish out of order.</summary>
    public int JobsAtOnce { get; init; } = 1;

    /// <summary>An interrupt for so many jobs done, or once the first of them is as old as <see cref="InterruptDelay"/>.</summary>
    public int InterruptJobs { get; init; } = 1;

    /// <summary>Longest time that a job done waits for its interrupt, at most 1 s.</summary>
    public TimeSpan InterruptDelay { get; init; }

    /// <summary>Start the process; otherwise somebody does by hand, with the path that <see cref="Announced"/> is told.</summary>
    public bool StartProcess { get; init; } = true;

    /// <summary>Is told the path that <c>fastfence device</c> takes, for each life of the device. On the thread that makes the life.</summary>
    public Action<string>? Announced { get; init; }

    /// <summary>How long a device may take to let go of a ring before its process is ended.</summary>
    public TimeSpan QuietLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A device that has ended is replaced by a new one; otherwise it is lost for good.</summary>
    public bool Restarts { get; init; } = true;

    internal MapLayout Layout => new((uint)Engines, (uint)Rings, (uint)Capacity, (ulong)DataBytes);

    internal DeviceHabits Habits => new((uint)JobsAtOnce, (uint)InterruptJobs, (long)InterruptDelay.TotalNanoseconds);

    internal void Validate()
    {
        if (Engines < 0 || Rings < 0 || Capacity < 0 || DataBytes < 0 || JobsAtOnce < 0 || InterruptJobs < 0)
        {
            throw new ArgumentException("Engines, Rings, Capacity, DataBytes, JobsAtOnce and InterruptJobs are not negative.");
        }

        if ((Layout.Fault() ?? Habits.Fault()) is { } fault)
        {
            throw new ArgumentException($"No device has {fault}.");
        }
    }
}
