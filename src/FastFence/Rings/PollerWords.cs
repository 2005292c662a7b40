using System.Runtime.InteropServices;
using FastFence.Memory;

namespace FastFence.Rings;

/// <summary>What a poller writes at every position it retires, and what tells it that it is no longer the poller.</summary>
[StructLayout(LayoutKind.Explicit, Size = Reservation.ContentionBytes)]
internal struct PollerWords
{
    /// <summary>Rises with every turn and every fence: what does not move is dead or stuck (fault 28).</summary>
    [FieldOffset(0)]
    public ulong Heartbeat;

    /// <summary>Whose turn it is: rises with each takeover. A poller of a former term leaves the rings alone.</summary>
    [FieldOffset(8)]
    public uint Term;

    /// <summary>
    /// 1 where a poller may be taken over while it stands still anywhere: its steps are then exchanges, so that they do nothing
    /// when they come late. One more locked instruction a fence.
    /// </summary>
    [FieldOffset(12)]
    public uint MayBeReplaced;

    /// <summary>1 while the poller is parked: its heartbeat may rest.</summary>
    [FieldOffset(16)]
    public uint Parked;

    /// <summary>When the present idle spell began, ns; 0 = working.</summary>
    [FieldOffset(24)]
    public long IdleSince;
}
