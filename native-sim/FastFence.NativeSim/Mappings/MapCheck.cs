using System.Runtime.InteropServices;

namespace FastFence.NativeSim.Mappings;

/// <summary>Looks at headers before anything else of a mapping is used, and says what is wrong with them.</summary>
internal static class MapCheck
{
    private const int ChecksumAt = 88;

    /// <summary>FNV-1a over the header's constant part.</summary>
    internal static uint ChecksumOf(in HostHeader header)
    {
        uint hash = 0x811C_9DC5;
        foreach (byte b in MemoryMarshal.AsBytes(new ReadOnlySpan<HostHeader>(in header))[..ChecksumAt])
        {
            hash = (hash ^ b) * 0x0100_0193;
        }

        return hash;
    }

    /// <summary>The layout that a host's header states. The header is a copy: what was checked cannot change any more.</summary>
    /// <exception cref="MapException">It is not a header of ours, of another version, damaged, or does not fit its file.</exception>
    internal static MapLayout Check(in HostHeader header, long fileBytes)
    {
        if (header.Magic != HostHeader.MagicValue)
        {
            throw new MapException($"This is no FastFence device mapping: it begins with 0x{header.Magic:X16}, expected 0x{HostHeader.MagicValue:X16}.");
        }

        if (header.Version != HostHeader.CurrentVersion)
        {
            throw new MapException($"The mapping has version {header.Version}, this device speaks {HostHeader.CurrentVersion}: build host and device from the same source.");
        }

        if (header.Checksum != ChecksumOf(header))
        {
            throw new MapException($"The mapping's header is damaged: checksum 0x{header.Checksum:X8}, its bytes give 0x{ChecksumOf(header):X8}.");
        }

        MapLayout layout = new(header.Engines, header.Rings, header.Capacity, header.DataBytes);
        if ((layout.Fault() ?? new DeviceHabits(header).Fault()) is { } fault)
        {
            throw new MapException($"The mapping states {fault}.");
        }

        if (header.HeaderBytes != MapLayout.EngineEntries || header.HostBytes != layout.HostBytes || header.DeviceBytes != layout.DeviceBytes)
        {
            throw new MapException($"The mapping states {header.HostBytes} and {header.DeviceBytes} bytes, its parts need {layout.HostBytes} and {layout.DeviceBytes}.");
        }

        CheckSize("host's", fileBytes, layout.HostBytes);
        return layout;
    }

    /// <summary>Does the device's file belong to that host's file?</summary>
    /// <exception cref="MapException">No.</exception>
    internal static void Check(in DeviceHeader device, in HostHeader host, long fileBytes)
    {
        if (device.Magic != DeviceHeader.MagicValue || device.Version != host.Version)
        {
            throw new MapException($"The second file is no device's half of version {host.Version}: 0x{device.Magic:X16}, version {device.Version}.");
        }

        if (device.Life != host.Life || device.DeviceBytes != host.DeviceBytes)
        {
            throw new MapException("The second file belongs to another life of the device: its host has made new ones. Ask it for the path again.");
        }

        CheckSize("device's", fileBytes, host.DeviceBytes);
    }

    private static void CheckSize(string whose, long fileBytes, ulong expected)
    {
        if ((ulong)fileBytes != expected)
        {
            throw new MapException($"The {whose} file has {fileBytes} bytes, its header states {expected}.");
        }
    }
}
