using System.Runtime.InteropServices;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>Life of an engine.</summary>
internal enum EngineState : uint
{
    /// <summary>In use.</summary>
    Open,

    /// <summary>Being disposed: nothing new.</summary>
    Closing,

    /// <summary>Gone; the block stays for late readers.</summary>
    Disposed,
}

/// <summary>
/// One engine in native memory. Everything that a poller touches is reached from here by pointer (decision 10), so the same
/// code runs inside the host's runtime and in a NativeAOT library.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct EngineBlock
{
    /// <summary>Memory side; first, so that a <see cref="PoolSet"/> pointer is an engine pointer.</summary>
    public PoolSet Pools;

    /// <summary>The reclamation domain.</summary>
    public DomainBlock* Domain;

    /// <summary>Monotonic ns at which timestamps count from.</summary>
    public long StartNanoseconds;

    /// <summary>An <see cref="EngineState"/>.</summary>
    public uint State;

    /// <summary>1: misuse checks that cost something are on.</summary>
    public uint Checked;

    /// <summary>1: removed callbacks stay in their list; for the control of a test.</summary>
    public uint SweepOff;

    /// <summary>Where awaits of values go when they are due (<see cref="AwaitHub"/>); 0 until the first one.</summary>
    public nint Hub;

    /// <summary>1: the reclaimer is asked to look for ripe destructors now, not at its next tick.</summary>
    public uint Hasten;

    /// <summary>Counts of callbacks by the owner of their code, for the poller: one table a process.</summary>
    public nint OwnedCode;

    /// <summary>First exporter; under the engine's gate.</summary>
    public ExporterBlock* Exporters;

    /// <summary>The published clock.</summary>
    public ClockWord Clock;

    /// <summary>Timelines whose callbacks wait for the dispatcher.</summary>
    public DispatchQueue Dispatch;

    /// <summary>Timelines that wait for being given to their executor, and awaits that a poller has completed.</summary>
    public DispatchQueue Forward;

    /// <summary>Rises when a fence is quiesced that somebody waits for; the futex they sleep on.</summary>
    public uint Quiesces;

    /// <summary>Private data that waits for its grace period.</summary>
    public RetireList Retired;

    /// <summary>Readers that were late for the stall limit. The reclaimer's thread.</summary>
    public ulong ReaderStalls;

    /// <summary>Durations of grace periods, ns: one a tick of the reclaimer while any are asked for. The reclaimer's thread.</summary>
    public LatencyCells Graces;
}
