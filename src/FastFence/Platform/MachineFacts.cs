// What the engine's speed and promises depend on, and what to do where it is missing. Read afresh each time: limits and
// masks change under a running process. A file that cannot be read is reported as unknown, never as a fault of the machine.
using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace FastFence.Platform;

/// <summary>Gathers facts about the machine for the <c>doctor</c> command.</summary>
internal static partial class MachineFacts
{
    private const string Unknown = "unknown";

    /// <summary>
    /// The facts, in the order to be read in. Thread class: any that may block. Allocates. Takes a few ms, with
    /// <paramref name="measure"/> about half a second of one core.
    /// </summary>
    public static IReadOnlyList<MachineFact> Gather(bool measure)
    {
        List<MachineFact> facts = [];
        AddSystem(facts);
        AddCores(facts);
        AddKernelSupport(facts);
        if (OperatingSystem.IsLinux())
        {
            AddMemory(facts);
            AddLimits(facts);
        }

        if (measure)
        {
            AddCosts(facts);
        }

        return facts;
    }

    private static void AddSystem(List<MachineFact> facts)
    {
        facts.Add(OperatingSystem.IsLinux()
            ? Ok("Operating system", RuntimeInformation.OSDescription)
            : Note("Operating system", RuntimeInformation.OSDescription, "only Linux has the futex, affinity and membarrier paths; here waiting polls and pinning is off"));
        facts.Add(Ok("Kernel", ReadOr("/proc/sys/kernel/osrelease", Environment.OSVersion.Version.ToString())));
        facts.Add(Ok("Runtime", RuntimeInformation.FrameworkDescription));
        facts.Add(AboutArchitecture(RuntimeInformation.ProcessArchitecture));
        facts.Add(Ok("Garbage collector", $"{(GCSettings.IsServerGC ? "server" : "workstation")}, latency mode {GCSettings.LatencyMode}"));
        facts.Add(Ok("Container", ContainerHints()));
    }

    private static void AddCores(List<MachineFact> facts)
    {
        string present = ReadOr("/sys/devices/system/cpu/present", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
        facts.Add(Ok("Cores present", present));
        facts.Add(Affinity.TryGet(Environment.ProcessId, out CoreSet main)
            ? Ok("Cores allowed by affinity", $"{main} ({main.Count})")
            : Note("Cores allowed by affinity", Unknown, "threads cannot be pinned: leave pinning off"));
        facts.Add(AboutQuota(OperatingSystem.IsLinux() ? CpuQuota.Read("") : CpuQuota.None));
        facts.Add(AboutUsableCores(Cpu.UsableCores));
    }

    private static void AddKernelSupport(List<MachineFact> facts)
    {
        facts.Add(AboutBarrier(ProcessBarrier.IsKernelAssisted, ProcessBarrier.QuerySupport()));
        facts.Add(Futex.IsNative
            ? Ok("Futex", "kernel")
            : Problem("Futex", "polling", "no kernel futex: a parked thread looks once a millisecond; allow the futex call in the sandbox, or use Linux on x64 or arm64"));
        if (OperatingSystem.IsLinux())
        {
            facts.Add(AboutClockSource(ReadOr("/sys/devices/system/clocksource/clocksource0/current_clocksource", Unknown)));
        }
    }

    /// <summary>How the process's instruction set fares.</summary>
    internal static MachineFact AboutArchitecture(Architecture architecture) =>
        architecture is Architecture.X64 or Architecture.Arm64
            ? Ok("Architecture", architecture.ToString())
            : Problem("Architecture", architecture.ToString(), "system call numbers are known for x64 and arm64 only: waiting polls, and dead threads are not found; run on one of these");

    /// <summary>What a CPU quota means for a poller that spins.</summary>
    internal static MachineFact AboutQuota(CpuQuota quota) => quota.IsLimited
        ? Note(
            "CPU quota",
            string.Create(CultureInfo.InvariantCulture, $"{quota.Cores:0.##} cores ({quota.Source})"),
            string.Create(CultureInfo.InvariantCulture, $"CPU quota of {quota.Cores:0.##} cores: a spinning poller throttles its host; the idle policy parks early. Raise the quota by one core, or use a cpuset instead of a quota, for a poller that spins"))
        : Ok("CPU quota", "none");

    /// <summary>Whether there is a core for the poller.</summary>
    internal static MachineFact AboutUsableCores(int cores) => cores switch
    {
        1 => Problem("Cores usable", "1", "1 core: the poller and the application take turns, and a spin only delays what it waits for; everything parks at once. Give the process 2 cores or more"),
        2 => Note("Cores usable", "2", "2 cores: with a pinned poller one is left to the application; waiters yield instead of spinning"),
        _ => Ok("Cores usable", cores.ToString(CultureInfo.InvariantCulture)),
    };

    /// <summary>How a grace period makes the readers' stores visible.</summary>
    internal static MachineFact AboutBarrier(bool assisted, nint commands) => assisted
        ? Ok("membarrier", $"private expedited (commands 0x{commands:x})")
        : Problem(
            "membarrier",
            commands > 0 ? $"no private expedited (commands 0x{commands:x})" : "missing",
            "membarrier missing: readers on this machine pay a full fence at each section, and grace periods use the runtime's dearer barrier; needs Linux 4.14 and a sandbox that allows the call");

    /// <summary>Whether reading the clock stays in user space.</summary>
    internal static MachineFact AboutClockSource(string source) => source switch
    {
        "tsc" or "arch_sys_counter" or "kvm-clock" or "hyperv_clocksource_tsc_page" => Ok("Clock source", source),
        Unknown => Ok("Clock source", source),
        _ => Problem("Clock source", source, $"clock source {source}: each clock read is a system call or a slow bus access; switch to tsc if the machine's is stable (clocksource=tsc on the kernel's command line)"),
    };

    private static string ContainerHints()
    {
        List<string> hints = [];
        if (File.Exists("/.dockerenv"))
        {
            hints.Add("docker");
        }

        if (File.Exists("/run/.containerenv"))
        {
            hints.Add("podman");
        }

        if (Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not null)
        {
            hints.Add("kubernetes");
        }

        if (Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") is not null)
        {
            hints.Add(".NET container image");
        }

        return hints.Count == 0 ? "no hint of one" : string.Join(", ", hints);
    }

    private static string ReadOr(string path, string otherwise) =>
        SystemFile.TryRead(path, out string text) && text.Length > 0 ? text : otherwise;

    private static MachineFact Ok(string name, string value) => new(name, value, FactLevel.Ok, null);

    private static MachineFact Note(string name, string value, string advice) => new(name, value, FactLevel.Note, advice);

    private static MachineFact Problem(string name, string value, string advice) => new(name, value, FactLevel.Problem, advice);
}
