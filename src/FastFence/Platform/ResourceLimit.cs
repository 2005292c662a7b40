using System.Globalization;

namespace FastFence.Platform;

/// <summary>A soft limit of this process (getrlimit). The numbers are asm-generic/resource.h's, the same on x64 and arm64.</summary>
internal readonly record struct ResourceLimit(ulong Soft)
{
    public const int Threads = 6;           // RLIMIT_NPROC
    public const int LockedMemory = 8;      // RLIMIT_MEMLOCK
    public const int AddressSpace = 9;      // RLIMIT_AS
    public const int RealTimePriority = 14; // RLIMIT_RTPRIO

    /// <summary>Whether there is no limit (RLIM_INFINITY).</summary>
    public bool IsUnlimited => Soft == ulong.MaxValue;

    /// <summary>Reads a limit; without an answer it counts as none.</summary>
    public static unsafe ResourceLimit Read(int resource)
    {
        ulong* limit = stackalloc ulong[2];
        return new ResourceLimit(OperatingSystem.IsLinux() && Libc.GetLimit(resource, limit) == 0 ? limit[0] : ulong.MaxValue);
    }

    /// <summary>"unlimited" or the number.</summary>
    public string Describe() => IsUnlimited ? "unlimited" : Soft.ToString(CultureInfo.InvariantCulture);

    /// <summary>"unlimited" or the number of bytes in the largest unit that leaves no rest, KiB to GiB.</summary>
    public string DescribeBytes() => IsUnlimited ? "unlimited" : Soft switch
    {
        > 0 when Soft % (1UL << 30) == 0 => string.Create(CultureInfo.InvariantCulture, $"{Soft >> 30} GiB"),
        > 0 when Soft % (1UL << 20) == 0 => string.Create(CultureInfo.InvariantCulture, $"{Soft >> 20} MiB"),
        > 0 when Soft % (1UL << 10) == 0 => string.Create(CultureInfo.InvariantCulture, $"{Soft >> 10} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Soft} B"),
    };
}
