using System.Runtime.InteropServices;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>Bits of <see cref="TimelineBlock.Flags"/>.</summary>
internal static class TimelineFlags
{
    /// <summary>One thread makes all fences of this timeline: no locked instruction for a seqno.</summary>
    public const uint SingleEmitter = 1;

    /// <summary>Seqnos are compared as 32-bit values (C10).</summary>
    public const uint Seqno32 = 2;

    /// <summary>A ring's: its fences are signaled by the poller.</summary>
    public const uint Ring = 4;

    /// <summary>Its callbacks never run on the thread that signals.</summary>
    public const uint HandsOver = 8;

    /// <summary>Its exporter has an enable op: callbacks ask for it (<see cref="EnableSignaling"/>).</summary>
    public const uint Enables = 16;
}

/// <summary>
/// A timeline in native memory: four lines, of which the emitters write the second, the signaller the third, and whoever reclaims or waits the last.
/// Where a CPU fetches lines by pairs, a pair holds one that is written all the time and one that hardly ever is, so nobody loses his to a neighbour's.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 4 * Reservation.LineBytes)]
internal unsafe struct TimelineBlock
{
    /// <summary>The engine.</summary>
    [FieldOffset(0)]
    public EngineBlock* Engine;

    /// <summary>The exporter.</summary>
    [FieldOffset(8)]
    public ExporterBlock* Exporter;

    /// <summary>Context: unique in the process, never reused.</summary>
    [FieldOffset(16)]
    public ulong Context;

    /// <summary>Context shown outside: a foreign one for replayed captures, else <see cref="Context"/>.</summary>
    [FieldOffset(24)]
    public ulong DisplayContext;

    /// <summary>Interned driver name.</summary>
    [FieldOffset(32)]
    public uint DriverName;

    /// <summary>Interned timeline name.</summary>
    [FieldOffset(36)]
    public uint TimelineName;

    /// <summary>See <see cref="TimelineFlags"/>.</summary>
    [FieldOffset(40)]
    public uint Flags;

    /// <summary>A <see cref="TimelineClosed"/>; a fence is made at once where it is 0.</summary>
    [FieldOffset(44)]
    public uint Closed;

    /// <summary>The exporter's data of this timeline.</summary>
    [FieldOffset(48)]
    public nint PrivateData;

    /// <summary>The word that its poller sleeps on; 0 = no poller.</summary>
    [FieldOffset(56)]
    public nint PollerAsleep;

    /// <summary>Last seqno given out. Emitters.</summary>
    [FieldOffset(64)]
    public ulong LastSeqno;

    /// <summary>Seqnos given out without a fence (NOPs). Emitters.</summary>
    [FieldOffset(72)]
    public ulong Skipped;

    /// <summary>Seqno before the first one.</summary>
    [FieldOffset(80)]
    public ulong StartSeqno;

    /// <summary>Longest time a fence may take, ns; <see cref="long.MaxValue"/> = no watchdog.</summary>
    [FieldOffset(88)]
    public long TimeoutNanoseconds;

    /// <summary>Soft deadlines of its fences (<see cref="DeadlineHints"/>); 0 until there is one.</summary>
    [FieldOffset(96)]
    public nint Hints;

    /// <summary>All fences up to this seqno are signaled. Written by the one whose turn it is.</summary>
    [FieldOffset(128)]
    public ulong Completed;

    /// <summary>Units of the last timestamp: they never fall on a timeline.</summary>
    [FieldOffset(136)]
    public ulong LastUnits;

    /// <summary>
    /// Smallest seqno that somebody waits for, 0 = nobody: all that a signal looks at. Too low is legal, too high never. Written under
    /// <see cref="WaiterFlag"/>.
    /// </summary>
    [FieldOffset(144)]
    public ulong Awaited;

    /// <summary>Signals out of turn that are recorded and have not taken effect.</summary>
    [FieldOffset(152)]
    public uint DeferredCount;

    /// <summary>1 while somebody works through them.</summary>
    [FieldOffset(156)]
    public uint DrainFlag;

    /// <summary>Seqno of the first of the sorted ones; 0 = none.</summary>
    [FieldOffset(160)]
    public ulong DeferredNext;

    /// <summary>The recorded ones that somebody has sorted by seqno; under <see cref="DrainFlag"/>.</summary>
    [FieldOffset(168)]
    public uint DeferredSorted;

    /// <summary>Newest fence whose callbacks wait for their turn, or who has it: see <see cref="CallbackTurn"/>.</summary>
    [FieldOffset(172)]
    public uint Queued;

    /// <summary>Cache of the signaller that has the turn, or had it last; 0 = none, or a dispatcher.</summary>
    [FieldOffset(176)]
    public nint Runner;

    /// <summary>Fences of this timeline on the run list of the thread that has the turn, beside the first one. That thread.</summary>
    [FieldOffset(184)]
    public uint RunCount;

    /// <summary>Number of what its executor is given to run; 0 = no executor.</summary>
    [FieldOffset(188)]
    public uint Work;

    /// <summary>Fences whose slots went through their grace period. Whoever reclaims.</summary>
    [FieldOffset(192)]
    public ulong Reclaimed;

    /// <summary>Next timeline of the dispatcher's queue.</summary>
    [FieldOffset(200)]
    public nint ReadyNext;

    /// <summary>Newly recorded signals out of turn (tagged stack over fence links).</summary>
    [FieldOffset(208)]
    public ulong DeferredStack;

    /// <summary>Newly registered waiters for a value (tagged stack over node links).</summary>
    [FieldOffset(216)]
    public ulong WaiterStack;

    /// <summary>The others, sorted by seqno; under <see cref="WaiterFlag"/>.</summary>
    [FieldOffset(224)]
    public uint WaiterSorted;

    /// <summary>1 while somebody works through the waiters.</summary>
    [FieldOffset(228)]
    public uint WaiterFlag;

    /// <summary>1 when waiters have left that are still in the list.</summary>
    [FieldOffset(232)]
    public uint WaiterSweep;
}
