using System.Runtime.InteropServices;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>Steps of a native poller's thread, in <see cref="PollerControl.State"/>.</summary>
internal static class PollerStep
{
    /// <summary>Not yet heard of.</summary>
    public const uint Starting = 0;

    /// <summary>It has told its number and waits for its cache.</summary>
    public const uint Reported = 1;

    /// <summary>It may poll.</summary>
    public const uint Go = 2;

    /// <summary>There is no cache for it: it is to end.</summary>
    public const uint Refused = 3;

    /// <summary>It has touched the host's memory for the last time.</summary>
    public const uint Ended = 4;
}

/// <summary>What the host and one thread of the native library tell each other. In native memory; part of the shared layout.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * Reservation.ContentionBytes)]
internal unsafe struct PollerControl
{
    /// <summary>The poller. Host.</summary>
    [FieldOffset(0)]
    public PollerBlock* Poller;

    /// <summary>Cache of the thread, from the host's registry. Host, before <see cref="PollerStep.Go"/>.</summary>
    [FieldOffset(8)]
    public ThreadCache* Cache;

    /// <summary>The term in which it polls. Host.</summary>
    [FieldOffset(16)]
    public uint Term;

    /// <summary>Core to pin it to, or −1. Host.</summary>
    [FieldOffset(20)]
    public int Core;

    /// <summary>1: it is to stop. Host.</summary>
    [FieldOffset(24)]
    public uint Stop;

    /// <summary>Nonzero: it stands still between two turns until this is 0 (a futex word; for tests). Host.</summary>
    [FieldOffset(28)]
    public uint Hold;

    /// <summary>A <see cref="PollerStep"/>; a futex word.</summary>
    [FieldOffset(128)]
    public uint State;

    /// <summary>OS number of the thread.</summary>
    [FieldOffset(132)]
    public int ThreadId;

    /// <summary>1: pinned as asked.</summary>
    [FieldOffset(136)]
    public uint Pinned;

    /// <summary>1 while it stands still because it was told to.</summary>
    [FieldOffset(140)]
    public uint Held;
}
