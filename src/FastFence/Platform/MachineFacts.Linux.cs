using System.Globalization;

namespace FastFence.Platform;

internal static partial class MachineFacts
{
    private const ulong Mebibyte = 1 << 20;
    private const int CapabilityLockMemory = 14; // CAP_IPC_LOCK, include/uapi/linux/capability.h
    private const int CapabilityNice = 23;       // CAP_SYS_NICE

    private static void AddMemory(List<MachineFact> facts)
    {
        facts.Add(AboutHugePages(ReadOr("/sys/kernel/mm/transparent_hugepage/enabled", Unknown)));
        facts.Add(Ok("Free huge pages", ReadOr("/proc/sys/vm/nr_hugepages", "0") is "0" ? "0 (none set aside)" : FreeHugePages()));
        facts.Add(AboutOvercommit(ReadOr("/proc/sys/vm/overcommit_memory", Unknown)));
    }

    private static void AddLimits(List<MachineFact> facts)
    {
        facts.Add(AboutLockedMemory(ResourceLimit.Read(ResourceLimit.LockedMemory), HasCapability(CapabilityLockMemory)));
        facts.Add(AboutAddressSpace(ResourceLimit.Read(ResourceLimit.AddressSpace)));
        facts.Add(AboutPriority(ResourceLimit.Read(ResourceLimit.RealTimePriority), HasCapability(CapabilityNice)));
        facts.Add(Ok(
            "Threads at most",
            $"{ReadOr("/proc/sys/kernel/threads-max", Unknown)} (user limit {ResourceLimit.Read(ResourceLimit.Threads).Describe()})"));
    }

    /// <summary>Whether slabs can be backed by huge pages.</summary>
    internal static MachineFact AboutHugePages(string setting) => setting switch
    {
        _ when setting.Contains("[always]", StringComparison.Ordinal) || setting.Contains("[madvise]", StringComparison.Ordinal) =>
            Ok("Transparent huge pages", setting),
        _ when setting.Contains("[never]", StringComparison.Ordinal) =>
            Note("Transparent huge pages", setting, "huge pages are off: random access to many fences misses the TLB more; write madvise to /sys/kernel/mm/transparent_hugepage/enabled"),
        _ => Ok("Transparent huge pages", setting),
    };

    /// <summary>Whether a large reservation is granted without memory behind it.</summary>
    internal static MachineFact AboutOvercommit(string mode) => mode switch
    {
        "2" => Note("Overcommit", "2 (strict)", "strict overcommit counts the whole reservation as used: set a smaller bound in the process options, or vm.overcommit_memory=0"),
        _ => Ok("Overcommit", mode),
    };

    /// <summary>Whether the engine's memory can be locked.</summary>
    internal static MachineFact AboutLockedMemory(ResourceLimit limit, bool capable) =>
        capable || limit.IsUnlimited
            ? Ok("Locked memory", capable ? $"{limit.DescribeBytes()} (CAP_IPC_LOCK: no limit)" : limit.DescribeBytes())
            : Note(
                "Locked memory",
                limit.DescribeBytes(),
                $"RLIMIT_MEMLOCK {limit.DescribeBytes()}: raise it with `ulimit -l` or CAP_IPC_LOCK for EngineOptions.LockMemory");

    /// <summary>Whether the reservation fits.</summary>
    internal static MachineFact AboutAddressSpace(ResourceLimit limit) => limit.IsUnlimited
        ? Ok("Address space", "unlimited")
        : Note(
            "Address space",
            limit.DescribeBytes(),
            $"RLIMIT_AS {limit.Soft / Mebibyte} MiB: address space that is only reserved counts, too; lift it with `ulimit -v unlimited` or set a smaller bound in the process options");

    /// <summary>Whether a thread may get a real-time priority, which the poller does not want.</summary>
    // The kernel's fair server takes 50 ms of each second from a spinner under SCHED_FIFO: not having it is no loss.
    internal static MachineFact AboutPriority(ResourceLimit limit, bool capable) =>
        capable || limit.Soft > 0
            ? Note("Real-time priority", capable ? "allowed (CAP_SYS_NICE)" : $"up to {limit.Describe()}", "allowed, but leave the poller at its normal policy: a spinner under SCHED_FIFO loses 50 ms of each second to the fair server")
            : Ok("Real-time priority", "not allowed (not needed)");

    private static string FreeHugePages()
    {
        foreach (string line in SystemFile.Lines("/proc/meminfo"))
        {
            if (line.StartsWith("HugePages_Free:", StringComparison.Ordinal))
            {
                return line["HugePages_Free:".Length..].Trim();
            }
        }

        return Unknown;
    }

    private static bool HasCapability(int bit)
    {
        foreach (string line in SystemFile.Lines("/proc/self/status"))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal)
                && ulong.TryParse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask))
            {
                return (mask >> bit & 1) != 0;
            }
        }

        return false;
    }
}
