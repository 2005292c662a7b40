// Which cores a thread may run on. A new thread of .NET takes over the mask of the thread that started the process, so
// "main: all but the poller's core" keeps the pool off that core; a child process inherits the mask, too (reset it there).
using System.Runtime.InteropServices;

namespace FastFence.Platform;

/// <summary>Reads and sets the affinity of threads. Thread class: any. A refusal comes back as words a person can act on.</summary>
internal static unsafe class Affinity
{
    private const string NotHere = "this operating system has no thread affinity call that FastFence knows; run on Linux, or leave pinning off";

    /// <summary>Keeps the calling thread on <paramref name="core"/>; <paramref name="reason"/> is empty on success.</summary>
    public static bool TryPinCurrentThread(int core, out string reason)
    {
        if ((uint)core >= CoreSet.Capacity)
        {
            reason = $"core {core} is out of range: cores are numbered 0 to {CoreSet.Capacity - 1}";
            return false;
        }

        return TrySet(0, default(CoreSet).With(core), out reason);
    }

    /// <summary>The cores the calling thread may run on.</summary>
    public static bool TryGetCurrent(out CoreSet cores) => TryGet(0, out cores);

    /// <summary>The cores a thread may run on; 0 = the calling thread.</summary>
    public static bool TryGet(int tid, out CoreSet cores)
    {
        CoreSet found = default;
        bool ok = OperatingSystem.IsLinux() && Libc.GetAffinity(tid, (nuint)sizeof(CoreSet), &found) >= 0;
        cores = ok ? found : default;
        return ok;
    }

    /// <summary>
    /// Sets the cores a thread may run on; 0 = the calling thread. Of <paramref name="cores"/> the kernel takes those that
    /// exist and that the cpuset allows, and refuses only when none is left.
    /// </summary>
    public static bool TrySet(int tid, CoreSet cores, out string reason)
    {
        if (!OperatingSystem.IsLinux())
        {
            reason = NotHere;
            return false;
        }

        if (Libc.SetAffinity(tid, (nuint)sizeof(CoreSet), &cores) == 0)
        {
            reason = "";
            return true;
        }

        reason = Explain(Marshal.GetLastPInvokeError(), tid, cores);
        return false;
    }

    private static string Explain(int error, int tid, CoreSet cores) => error switch
    {
        Errno.InvalidArgument when cores.Count == 0 => "the set of cores is empty: name at least one",
        Errno.InvalidArgument =>
            $"none of the cores {cores} may be used here (online: {OnlineCores()}): choose others, or widen the container's cpuset",
        Errno.NoSuchThread => $"thread {tid} has ended",
        Errno.NotPermitted => $"not permitted: thread {tid} belongs to another user, or a sandbox forbids sched_setaffinity; allow it there or leave pinning off",
        _ => $"sched_setaffinity for cores {cores} failed with errno {error}",
    };

    private static string OnlineCores() =>
        SystemFile.TryRead("/sys/devices/system/cpu/online", out string text) ? text : "unknown";
}
