using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

public sealed class CpuQuotaTests : IDisposable
{
    private const string UnifiedMount = "41 31 0:38 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw";
    private const string LegacyMount = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct";

    private readonly string _root = Directory.CreateTempSubdirectory("fastfence-quota-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void WithoutGroupsThereIsNoLimit()
    {
        CpuQuota quota = CpuQuota.Read(_root);
        Assert.False(quota.IsLimited);
        Assert.Equal(int.MaxValue, quota.WholeCores);
    }

    [Fact]
    public void MaxIsNoLimit()
    {
        Write("/proc/self/cgroup", "0::/\n");
        Write("/proc/self/mountinfo", UnifiedMount);
        Write("/sys/fs/cgroup/cpu.max", "max 100000\n");
        Assert.Equal(CpuQuota.None, CpuQuota.Read(_root));
    }

    [Fact]
    public void TheSmallestLimitOnTheWayUpHolds()
    {
        Write("/proc/self/cgroup", "0::/pod/job\n");
        Write("/proc/self/mountinfo", UnifiedMount);
        Write("/sys/fs/cgroup/pod/job/cpu.max", "400000 100000\n");
        Write("/sys/fs/cgroup/pod/cpu.max", "150000 100000\n");
        CpuQuota quota = CpuQuota.Read(_root);
        Assert.Equal(1.5, quota.Cores);
        Assert.Equal(2, quota.WholeCores);
        Assert.Equal("/sys/fs/cgroup/pod/cpu.max", quota.Source);
    }

    [Fact]
    public void LegacyGroupsAreRead()
    {
        Write("/proc/self/cgroup", "4:memory:/m\n2:cpu,cpuacct:/job\n0::/\n");
        Write("/proc/self/mountinfo", LegacyMount + "\n" + UnifiedMount);
        Write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "25000\n");
        Write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "50000\n");
        Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
        Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
        CpuQuota quota = CpuQuota.Read(_root);
        Assert.Equal(0.5, quota.Cores);
        Assert.Equal(1, quota.WholeCores);
    }

    [Theory]
    [InlineData("/docker/abc")]
    [InlineData("/elsewhere")]
    public void AMountThatShowsAPartOfTheTreeIsReadFromItsRoot(string group)
    {
        Write("/proc/self/cgroup", $"2:cpu:{group}\n");
        Write("/proc/self/mountinfo", "32 31 0:29 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu");
        Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000");
        Write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
        Assert.Equal(3, CpuQuota.Read(_root).Cores);
    }

    [Theory]
    [InlineData("")]
    [InlineData("100000")]
    [InlineData("a b")]
    [InlineData("100000 0")]
    public void WhatCannotBeReadIsNoLimit(string text)
    {
        Write("/proc/self/cgroup", "0::/\nnonsense\n");
        Write("/proc/self/mountinfo", UnifiedMount + "\nnonsense - \n");
        Write("/sys/fs/cgroup/cpu.max", text);
        Assert.Equal(CpuQuota.None, CpuQuota.Read(_root));
    }

    [Fact]
    public void ThereIsAtLeastOneUsableCore() => Assert.InRange(Cpu.UsableCores, 1, CoreSet.Capacity);

    private void Write(string path, string text)
    {
        string file = _root + path;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
