namespace FastFence.NativeSim.Hosts;

/// <summary>Where a ring lies: which life, which place, which engine.</summary>
internal sealed class RingSeat(FenceRing? ring, DeviceLife life, uint place, uint engine, int priority)
{
    private bool _settled;

    internal FenceRing? Ring { get; set; } = ring;

    internal DeviceLife Life => life;

    internal uint Place => place;

    internal uint Engine => engine;

    internal int Priority => priority;

    /// <summary>The device begins behind it.</summary>
    internal ulong Position { get; init; }

    /// <summary>Its life has ended, and the ring has been told.</summary>
    internal bool IsSettled
    {
        get => Volatile.Read(ref _settled);
        set => Volatile.Write(ref _settled, value);
    }

    /// <summary>Somebody is at it.</summary>
    internal bool IsBeingRecovered { get; set; }

    /// <summary>How often in a row the device said that its job is just long.</summary>
    internal int Patience { get; set; }

    /// <summary>At which seqno that was.</summary>
    internal ulong StuckAt { get; set; }
}
