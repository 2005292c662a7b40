using System.Runtime.CompilerServices;

namespace FastFence.NativeSim.Mappings;

/// <summary>Sizes and offsets of the two files.</summary>
/// <param name="Engines">Engines.</param>
/// <param name="Rings">Places for rings.</param>
/// <param name="Capacity">Positions of each ring.</param>
/// <param name="DataBytes">Memory for copies.</param>
internal readonly record struct MapLayout(uint Engines, uint Rings, uint Capacity, ulong DataBytes)
{
    internal const uint MostEngines = 64;
    internal const uint MostRings = 4096;
    internal const uint MostPositions = 1 << 20;
    internal const ulong MostDataBytes = 1UL << 30;

    // A command and its number; RingSlot of the engine.
    internal const uint SlotBytes = 64;

    private const ulong PageBytes = 65_536; // the largest page there is

    internal static ulong EngineEntries => (ulong)Unsafe.SizeOf<HostHeader>();

    internal ulong RingEntries => EngineEntries + (Engines * (ulong)Unsafe.SizeOf<EngineEntry>());

    internal ulong Commands => Whole(RingEntries + (Rings * (ulong)Unsafe.SizeOf<RingEntry>()));

    internal ulong HostBytes => Whole(Commands + ((ulong)Rings * Capacity * SlotBytes));

    internal static ulong EngineWords => (ulong)Unsafe.SizeOf<DeviceHeader>();

    internal ulong RingWords => EngineWords + (Engines * (ulong)Unsafe.SizeOf<EngineWords>());

    internal ulong Times => Whole(RingWords + (Rings * (ulong)Unsafe.SizeOf<RingWords>()));

    internal ulong Data => Whole(Times + ((ulong)Rings * Capacity * sizeof(long)));

    internal ulong DeviceBytes => Whole(Data + DataBytes);

    /// <summary>What is wrong with it; null if nothing is.</summary>
    internal string? Fault()
    {
        if (Engines is 0 or > MostEngines)
        {
            return $"{Engines} engines, expected 1 to {MostEngines}";
        }

        if (Rings is 0 or > MostRings)
        {
            return $"{Rings} rings, expected 1 to {MostRings}";
        }

        if (Capacity is < 2 or > MostPositions || !System.Numerics.BitOperations.IsPow2(Capacity))
        {
            return $"{Capacity} positions a ring, expected a power of two from 2 to {MostPositions}";
        }

        return DataBytes > MostDataBytes ? $"{DataBytes} bytes of data, expected at most {MostDataBytes}" : null;
    }

    private static ulong Whole(ulong bytes) => (bytes + PageBytes - 1) & ~(PageBytes - 1);
}
