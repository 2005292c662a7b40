// The CPU time a container may use. Every group on the way up to the root may have a limit, and the smallest holds.
//   v2  /proc/self/cgroup "0::/a/b"        /sys/fs/cgroup/a/b/cpu.max            "150000 100000" or "max 100000"
//   v1  /proc/self/cgroup "1:cpu:/a/b"     the mount of the cpu controller/a/b   cpu.cfs_quota_us (-1 = none), cpu.cfs_period_us
// Where the mounts are is read from /proc/self/mountinfo; a container may see only a part of the tree (its root field).
using System.Globalization;

namespace FastFence.Platform;

/// <summary>A limit in cores (1.5 = 150 ms of CPU time each 100 ms), or none.</summary>
internal readonly record struct CpuQuota(double Cores, string Source)
{
    /// <summary>No limit.</summary>
    public static readonly CpuQuota None = new(double.PositiveInfinity, "");

    /// <summary>This process's limit, read once.</summary>
    public static readonly CpuQuota Current = OperatingSystem.IsLinux() ? Read("") : None;

    /// <summary>Whether there is a limit.</summary>
    public bool IsLimited => !double.IsPositiveInfinity(Cores);

    /// <summary>The limit rounded up to whole cores, at least 1; <see cref="int.MaxValue"/> without one.</summary>
    public int WholeCores => Cores >= int.MaxValue ? int.MaxValue : Math.Max(1, (int)Math.Ceiling(Cores));

    /// <summary>Reads the limit from a tree of files; <paramref name="root"/> stands before /proc and /sys (tests).</summary>
    internal static CpuQuota Read(string root)
    {
        CpuQuota smallest = None;
        string[] groups = SystemFile.Lines(root + "/proc/self/cgroup");
        foreach (string mount in SystemFile.Lines(root + "/proc/self/mountinfo"))
        {
            if (TryParseMount(mount, out string at, out string shown, out bool unified)
                && TryFindGroup(groups, unified, out string group))
            {
                smallest = Smaller(smallest, Climb(root, at, Below(group, shown), unified));
            }
        }

        return smallest;
    }

    // "31 23 0:28 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu": the fields before "-" vary in number.
    private static bool TryParseMount(string line, out string at, out string shown, out bool unified)
    {
        string[] halves = line.Split(" - ", 2);
        string[] left = halves[0].Split(' ');
        string[] right = halves.Length == 2 ? halves[1].Split(' ') : [];
        unified = right.Length > 0 && right[0] == "cgroup2";
        bool isCpu = right.Length > 2 && right[0] == "cgroup" && right[2].Split(',').Contains("cpu");
        at = left.Length > 4 ? left[4] : "";
        shown = left.Length > 4 ? left[3] : "";
        return at.Length > 0 && (unified || isCpu);
    }

    private static bool TryFindGroup(string[] groups, bool unified, out string path)
    {
        foreach (string line in groups)
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && (unified ? parts[0] == "0" && parts[1].Length == 0 : parts[1].Split(',').Contains("cpu")))
            {
                path = parts[2];
                return true;
            }
        }

        path = "";
        return false;
    }

    // The part of the group's path below what the mount shows. A group outside of it (host paths in an old container): the
    // mount's own root is the nearest one can see.
    private static string Below(string group, string shown)
    {
        string prefix = shown.TrimEnd('/');
        bool inside = group.StartsWith(prefix, StringComparison.Ordinal)
            && (group.Length == prefix.Length || group[prefix.Length] == '/');
        return inside ? group[prefix.Length..].Trim('/') : "";
    }

    private static CpuQuota Climb(string root, string mount, string group, bool unified)
    {
        CpuQuota smallest = None;
        while (true)
        {
            string directory = group.Length == 0 ? mount : $"{mount}/{group}";
            smallest = Smaller(smallest, unified ? ReadUnified(root, directory) : ReadLegacy(root, directory));
            if (group.Length == 0)
            {
                return smallest;
            }

            group = group[..Math.Max(0, group.LastIndexOf('/'))];
        }
    }

    private static CpuQuota ReadUnified(string root, string directory)
    {
        string file = directory + "/cpu.max";
        string[] parts = SystemFile.TryRead(root + file, out string text) ? text.Split(' ') : [];
        return parts.Length == 2 ? Divide(parts[0], parts[1], file) : None;
    }

    private static CpuQuota ReadLegacy(string root, string directory)
    {
        string file = directory + "/cpu.cfs_quota_us";
        return SystemFile.TryRead(root + file, out string quota)
            && SystemFile.TryRead($"{root}{directory}/cpu.cfs_period_us", out string period)
                ? Divide(quota, period, file)
                : None;
    }

    // "max" and -1 are no limit.
    private static CpuQuota Divide(string quota, string period, string source) =>
        long.TryParse(quota, CultureInfo.InvariantCulture, out long q) && q > 0
        && long.TryParse(period, CultureInfo.InvariantCulture, out long p) && p > 0
            ? new CpuQuota((double)q / p, source)
            : None;

    private static CpuQuota Smaller(CpuQuota a, CpuQuota b) => b.Cores < a.Cores ? b : a;
}
