namespace FastFence.Platform;

/// <summary>
/// Real-time scheduling of a thread that sleeps most of its time: it runs the moment it is due. Not for a thread that spins, which would
/// lose 50 ms of each second to the kernel's fair server.
/// </summary>
internal static unsafe class RealTime
{
    private const int Fifo = 1;

    /// <summary>Puts the calling thread under SCHED_FIFO, at the lowest of its priorities; false where that is not permitted. Any thread.</summary>
    public static bool TryEnter()
    {
        int priority = 1;
        return OperatingSystem.IsLinux() && Libc.SetScheduler(0, Fifo, &priority) == 0;
    }
}
