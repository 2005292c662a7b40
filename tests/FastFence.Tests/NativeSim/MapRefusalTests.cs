using FastFence.NativeSim.Mappings;
using Xunit;

namespace FastFence.Tests.NativeSim;

/// <summary>A device refuses every mapping that is not exactly its host's, and says why.</summary>
public sealed unsafe class MapRefusalTests
{
    private static readonly MapLayout s_layout = new(2, 4, 16, 128);

    public MapRefusalTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files are Linux's");

    [Fact]
    public void ItsHostsMappingIsTakenAndCanNeitherShrinkNorGrow()
    {
        using DeviceMap host = DeviceMap.Create(s_layout, 7, DeviceHabits.Plain);
        using DeviceMap device = DeviceMap.Open(host.Path);
        Assert.Equal(s_layout, device.Layout);
        device.RingWordsOf(3)->Completion = 42;
        Assert.Equal(42UL, host.RingWordsOf(3)->Completion);
        int file = SystemCalls.Open(host.Path, SystemCalls.ReadWrite);
        Assert.NotEqual(0, SystemCalls.Truncate(file, 4096));
        Assert.NotEqual(0, SystemCalls.Truncate(file, 1L << 30));
        _ = SystemCalls.Close(file);
    }

    [Fact]
    public void WhatTheHostWritesCanBeMappedForReadingOnly()
    {
        using DeviceMap host = DeviceMap.Create(s_layout, 7, DeviceHabits.Plain);
        int file = SystemCalls.Open(host.Path, SystemCalls.ReadWrite);
        byte* writable = SystemCalls.Map(
            null, 4096, SystemCalls.ProtectRead | SystemCalls.ProtectWrite, SystemCalls.MapShared, file, 0);
        Assert.Equal(-1, (nint)writable);
        host.RingEntryOf(0)->Engine = 1; // the host's own mapping is older than the seal
        _ = SystemCalls.Close(file);
    }

    [Fact]
    public void AnUnsealedFileIsRefused()
    {
        int file = SystemCalls.CreateMemoryFile("control\0"u8);
        Assert.Equal(0, SystemCalls.Truncate(file, 1 << 20));
        MapException e = Assert.Throws<MapException>(() => DeviceMap.Open($"/proc/{Environment.ProcessId}/fd/{file}"));
        Assert.Contains("seals", e.Message, StringComparison.Ordinal);
        _ = SystemCalls.Close(file);
    }

    [Fact]
    public void APathWithoutAFileIsRefused() =>
        Assert.Contains("cannot be opened", Assert.Throws<MapException>(() => DeviceMap.Open("/proc/1/fd/99999")).Message, StringComparison.Ordinal);

    [Fact]
    public void AGoodHeaderIsTakenAndEachDamagedPartOfItIsRefusedWithItsReason()
    {
        HostHeader good = Good();
        Assert.Equal(s_layout, MapCheck.Check(good, (long)s_layout.HostBytes));
        Refused("no FastFence device mapping", static (ref HostHeader h) => h.Magic ^= 1);
        Refused("version 3", static (ref HostHeader h) => h.Version++);
        Refused("damaged", static (ref HostHeader h) => h.Rings++);
        Refused("damaged", static (ref HostHeader h) => h.Checksum++);
        Refused("0 engines", static (ref HostHeader h) => Sealed(ref h).Engines = 0);
        Refused("17 positions", static (ref HostHeader h) => Sealed(ref h).Capacity = 17);
        Refused("rings", static (ref HostHeader h) => Sealed(ref h).Rings = 1 << 30);
        Refused("65 jobs at once", static (ref HostHeader h) => Sealed(ref h).JobsAtOnce = 65);
        Refused("an interrupt for 0 jobs", static (ref HostHeader h) => Sealed(ref h).InterruptJobs = 0);
        Refused("ns late", static (ref HostHeader h) => Sealed(ref h).InterruptNanoseconds = long.MaxValue);
        Refused("bytes of data", static (ref HostHeader h) => Sealed(ref h).DataBytes = ulong.MaxValue);
        Refused("its parts need", static (ref HostHeader h) => Sealed(ref h).HostBytes += 65536);
        Assert.Contains("its header states", Assert.Throws<MapException>(() => MapCheck.Check(good, 4096)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSecondFileOfAnotherLifeIsRefused()
    {
        HostHeader host = Good();
        DeviceHeader device = new()
        {
            Magic = DeviceHeader.MagicValue,
            Version = HostHeader.CurrentVersion,
            Life = host.Life,
            DeviceBytes = host.DeviceBytes,
        };
        MapCheck.Check(device, host, (long)host.DeviceBytes);
        device.Life++;
        Assert.Contains("another life", Assert.Throws<MapException>(() => MapCheck.Check(device, host, (long)host.DeviceBytes)).Message, StringComparison.Ordinal);
        device.Magic++;
        Assert.Contains("no device's half", Assert.Throws<MapException>(() => MapCheck.Check(device, host, (long)host.DeviceBytes)).Message, StringComparison.Ordinal);
    }

    private delegate void Damage(ref HostHeader header);

    // Damaged before the checksum was made: only the part itself can tell.
    private static ref HostHeader Sealed(ref HostHeader header)
    {
        header.Checksum = 0;
        return ref header;
    }

    private static void Refused(string reason, Damage damage)
    {
        HostHeader header = Good();
        damage(ref header);
        if (header.Checksum == 0)
        {
            header.Checksum = MapCheck.ChecksumOf(header);
        }

        Assert.Contains(reason, Assert.Throws<MapException>(() => MapCheck.Check(header, (long)s_layout.HostBytes)).Message, StringComparison.Ordinal);
    }

    private static HostHeader Good()
    {
        HostHeader header = new()
        {
            Magic = HostHeader.MagicValue,
            Version = HostHeader.CurrentVersion,
            HeaderBytes = (uint)sizeof(HostHeader),
            HostBytes = s_layout.HostBytes,
            DeviceBytes = s_layout.DeviceBytes,
            Life = 7,
            Engines = s_layout.Engines,
            Rings = s_layout.Rings,
            Capacity = s_layout.Capacity,
            DataBytes = s_layout.DataBytes,
            JobsAtOnce = 1,
            InterruptJobs = 1,
        };
        header.Checksum = MapCheck.ChecksumOf(header);
        return header;
    }
}
