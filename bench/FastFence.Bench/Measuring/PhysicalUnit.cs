namespace FastFence.Bench.Measuring;

/// <summary>What this machine can do at best; musts are multiples of it, taken in the same run.</summary>
internal enum PhysicalUnit
{
    /// <summary>A locked read-modify-write on a line of one's own. 5.4 ns where the musts were written.</summary>
    LockedRmw,

    /// <summary>Futex wake of one sleeper to its running, median. 5 µs.</summary>
    FutexWake,

    /// <summary>A word written on one core and seen on the other, median. 181 ns with the clock reads.</summary>
    HandOver,

    /// <summary>A process-wide barrier with the other core busy. 1.9 µs.</summary>
    ProcessBarrier,

    /// <summary>How many times as long plain work takes while the other core does the same: 1, more where the two share a core's parts or its clock.</summary>
    SecondCore,

    /// <summary>A word seen on the other core, a futex wake, an item of the thread pool that had fallen asleep, median.</summary>
    FutexAndPool,
}
