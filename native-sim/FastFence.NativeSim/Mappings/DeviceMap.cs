using System.Runtime.CompilerServices;

namespace FastFence.NativeSim.Mappings;

/// <summary>The two files of one life, mapped: by the host, which made them, or by the device, which has checked them.</summary>
internal sealed unsafe class DeviceMap : IDisposable
{
    private readonly MemoryFile _host;
    private readonly MemoryFile _device;

    private DeviceMap(MemoryFile host, MemoryFile device, MapLayout layout)
    {
        _host = host;
        _device = device;
        Layout = layout;
    }

    internal MapLayout Layout { get; }

    internal DeviceHabits Habits { get; private init; }

    internal HostHeader* Host => (HostHeader*)_host.Start;

    internal DeviceHeader* Device => (DeviceHeader*)_device.Start;

    /// <summary>What a device opens.</summary>
    internal string Path => $"/proc/{Environment.ProcessId}/fd/{_host.Descriptor}";

    /// <summary>A fresh pair. Host.</summary>
    internal static DeviceMap Create(MapLayout layout, ulong life, DeviceHabits habits)
    {
        MemoryFile device = MemoryFile.Create("fastfence-device\0"u8, layout.DeviceBytes, readOnlyForOthers: false);
        MemoryFile host;
        try
        {
            host = MemoryFile.Create("fastfence-host\0"u8, layout.HostBytes, readOnlyForOthers: true);
        }
        catch (IOException)
        {
            device.Dispose();
            throw;
        }

        HostHeader header = new()
        {
            Magic = HostHeader.MagicValue,
            Version = HostHeader.CurrentVersion,
            HeaderBytes = (uint)sizeof(HostHeader),
            HostBytes = layout.HostBytes,
            DeviceBytes = layout.DeviceBytes,
            Life = life,
            HostProcess = (uint)Environment.ProcessId,
            DeviceFile = (uint)device.Descriptor,
            Engines = layout.Engines,
            Rings = layout.Rings,
            Capacity = layout.Capacity,
            DataBytes = layout.DataBytes,
            JobsAtOnce = habits.JobsAtOnce,
            InterruptJobs = habits.InterruptJobs,
            InterruptNanoseconds = habits.InterruptNanoseconds,
        };
        header.Checksum = MapCheck.ChecksumOf(header);
        *(HostHeader*)host.Start = header;
        *(DeviceHeader*)device.Start = new DeviceHeader
        {
            Magic = DeviceHeader.MagicValue,
            Version = HostHeader.CurrentVersion,
            Life = life,
            DeviceBytes = layout.DeviceBytes,
        };
        return new DeviceMap(host, device, layout) { Habits = habits };
    }

    /// <summary>Opens the pair whose host's file is there, and checks it. Device.</summary>
    /// <exception cref="MapException">It is refused.</exception>
    internal static DeviceMap Open(string path)
    {
        MemoryFile host = MemoryFile.Open(path, writable: false);
        MemoryFile? device = null;
        try
        {
            if (host.Bytes < (ulong)sizeof(HostHeader))
            {
                throw new MapException($"{path} has {host.Bytes} bytes: too few for a header.");
            }

            HostHeader header = *(HostHeader*)host.Start;
            MapLayout layout = MapCheck.Check(header, (long)host.Bytes);
            device = MemoryFile.Open($"/proc/{header.HostProcess}/fd/{header.DeviceFile}", writable: true);
            if (device.Bytes < (ulong)sizeof(DeviceHeader))
            {
                throw new MapException($"The device's file has {device.Bytes} bytes: too few for a header.");
            }

            MapCheck.Check(*(DeviceHeader*)device.Start, header, (long)device.Bytes);
            host.CloseFile();
            device.CloseFile();
            return new DeviceMap(host, device, layout) { Habits = new DeviceHabits(header) };
        }
        catch (MapException)
        {
            device?.Dispose();
            host.Dispose();
            throw;
        }
    }

    internal EngineEntry* EngineEntryOf(uint engine) => (EngineEntry*)(_host.Start + MapLayout.EngineEntries) + engine;

    internal RingEntry* RingEntryOf(uint ring) => (RingEntry*)(_host.Start + Layout.RingEntries) + ring;

    internal byte* CommandsOf(uint ring) => _host.Start + Layout.Commands + ((ulong)ring * Layout.Capacity * MapLayout.SlotBytes);

    internal EngineWords* EngineWordsOf(uint engine) => (EngineWords*)(_device.Start + MapLayout.EngineWords) + engine;

    internal RingWords* RingWordsOf(uint ring) => (RingWords*)(_device.Start + Layout.RingWords) + ring;

    internal long* TimesOf(uint ring) => (long*)(_device.Start + Layout.Times) + ((ulong)ring * Layout.Capacity);

    internal Span<byte> Data => new(_device.Start + Layout.Data, (int)Layout.DataBytes);

    /// <summary>All that the device may write, for who plays a broken one.</summary>
    internal Span<byte> Writable => new(_device.Start, (int)Math.Min(_device.Bytes, int.MaxValue));

    public void Dispose()
    {
        _host.Dispose();
        _device.Dispose();
    }
}
