using System.Runtime.InteropServices;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>Life of an exporter.</summary>
internal enum ExporterState : uint
{
    /// <summary>Timelines and fences may be made.</summary>
    Open,

    /// <summary>Going away: nothing new, what is pending ends with an error.</summary>
    Closing,

    /// <summary>Its code and data are gone.</summary>
    Closed,
}

/// <summary>An exporter in native memory. It outlives its own code and data, since its signaled fences point here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * Reservation.ContentionBytes)]
internal unsafe struct ExporterBlock
{
    /// <summary>The engine.</summary>
    [FieldOffset(0)]
    public EngineBlock* Engine;

    /// <summary>The ops.</summary>
    [FieldOffset(8)]
    public ExporterOps Ops;

    /// <summary>The exporter's data.</summary>
    [FieldOffset(72)]
    public nint PrivateData;

    /// <summary>Constant driver name, when there is no op for it (interned).</summary>
    [FieldOffset(80)]
    public uint DriverName;

    /// <summary>An <see cref="ExporterState"/>.</summary>
    [FieldOffset(84)]
    public uint State;

    /// <summary>Number of the exporter in its engine, for <see cref="CallbackNode.Owner"/>.</summary>
    [FieldOffset(88)]
    public uint Number;

    /// <summary>First timeline.</summary>
    [FieldOffset(96)]
    public TimelineBlock* Timelines;

    /// <summary>Next exporter of the engine.</summary>
    [FieldOffset(104)]
    public ExporterBlock* Next;

    /// <summary>Timelines not yet freed. Under the engine's gate.</summary>
    [FieldOffset(112)]
    public uint TimelineCount;

    /// <summary>Threads inside its <c>wait</c> op (sleepable section).</summary>
    [FieldOffset(128)]
    public uint Sleepers;

    /// <summary>1 once the release op has been staged.</summary>
    [FieldOffset(136)]
    public uint ReleaseStaged;

    /// <summary>Destructors staged that have not returned, the release op among them.</summary>
    [FieldOffset(140)]
    public uint Destructors;
}
