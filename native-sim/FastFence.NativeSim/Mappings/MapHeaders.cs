// What a host and a device process share: two memory files, both sealed against shrinking and growing.
//
//   host's file (the device can only read: sealed against its writes)     device's file (both write; the host believes nothing in it)
//   ┌ HostHeader ┬ EngineEntry × E ┬ RingEntry × R ┬ commands R × C ┐     ┌ DeviceHeader ┬ EngineWords × E ┬ RingWords × R ┬ times R × C ┬ data ┐
//
// A pair of files is one life of a device: after its death or its reset another pair is made, so what it writes late hits nobody.
using System.Runtime.InteropServices;

namespace FastFence.NativeSim.Mappings;

/// <summary>First bytes of the host's file.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct HostHeader
{
    /// <summary>"FFDEVHST".</summary>
    internal const ulong MagicValue = 0x5453_4856_4544_4646;

    /// <summary>Rises with every change of what the files hold.</summary>
    internal const uint CurrentVersion = 2;

    [FieldOffset(0)]
    internal ulong Magic;

    [FieldOffset(8)]
    internal uint Version;

    [FieldOffset(12)]
    internal uint HeaderBytes;

    /// <summary>Size of this file.</summary>
    [FieldOffset(16)]
    internal ulong HostBytes;

    /// <summary>Size of the other one.</summary>
    [FieldOffset(24)]
    internal ulong DeviceBytes;

    /// <summary>This pair of files, and no other.</summary>
    [FieldOffset(32)]
    internal ulong Life;

    [FieldOffset(40)]
    internal uint HostProcess;

    /// <summary>Descriptor of the other file in the host's process.</summary>
    [FieldOffset(44)]
    internal uint DeviceFile;

    [FieldOffset(48)]
    internal uint Engines;

    [FieldOffset(52)]
    internal uint Rings;

    [FieldOffset(56)]
    internal uint Capacity;

    /// <summary>Jobs that an engine runs at the same time.</summary>
    [FieldOffset(60)]
    internal uint JobsAtOnce;

    [FieldOffset(64)]
    internal ulong DataBytes;

    /// <summary>Longest time that a job done waits for its interrupt, ns.</summary>
    [FieldOffset(72)]
    internal long InterruptNanoseconds;

    /// <summary>An interrupt for so many jobs done.</summary>
    [FieldOffset(80)]
    internal uint InterruptJobs;

    /// <summary>Of the bytes in front of it.</summary>
    [FieldOffset(88)]
    internal uint Checksum;

    /// <summary>1: the device is to end. Host, at any time.</summary>
    [FieldOffset(128)]
    internal uint Stop;

    /// <summary>Rises with every change of a ring's entry or an engine's. Host.</summary>
    [FieldOffset(132)]
    internal uint Changes;
}

/// <summary>What the host tells an engine.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct EngineEntry
{
    /// <summary>A <see cref="DeviceFault"/> to act out.</summary>
    [FieldOffset(0)]
    internal uint Fault;

    /// <summary>Rises with every fault. Written last.</summary>
    [FieldOffset(4)]
    internal uint FaultNumber;

    [FieldOffset(8)]
    internal long Argument;
}

/// <summary>What the host tells about a ring.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct RingEntry
{
    internal const uint Free = 0;
    internal const uint Running = 1;
    internal const uint Stopping = 2;
    internal const uint Ended = 3; // and nothing comes any more: whoever waits for it goes on

    /// <summary>One of the above.</summary>
    [FieldOffset(0)]
    internal uint State;

    /// <summary>Rises with every change of the state. Written last, read first.</summary>
    [FieldOffset(4)]
    internal uint Number;

    [FieldOffset(8)]
    internal uint Engine;

    /// <summary>1 while the host's engine uses the ring's memory.</summary>
    [FieldOffset(12)]
    internal uint InUse;

    /// <summary>The device begins behind this position.</summary>
    [FieldOffset(16)]
    internal ulong Start;

    /// <summary>The ring's timeline, by which other rings' commands name it; 0 = a ring has left the place and may run elsewhere.</summary>
    [FieldOffset(24)]
    internal ulong Context;

    /// <summary>The higher, the more urgent.</summary>
    [FieldOffset(32)]
    internal int Priority;
}

/// <summary>First bytes of the device's file. The host writes it once and never reads the first line again.</summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
internal struct DeviceHeader
{
    /// <summary>"FFDEVDEV".</summary>
    internal const ulong MagicValue = 0x5645_4456_4544_4646;

    [FieldOffset(0)]
    internal ulong Magic;

    [FieldOffset(8)]
    internal uint Version;

    [FieldOffset(16)]
    internal ulong Life;

    [FieldOffset(24)]
    internal ulong DeviceBytes;

    /// <summary>The device's process, from 0 by whoever comes first; a futex word.</summary>
    [FieldOffset(128)]
    internal uint Process;

    /// <summary>1 once its engines run; a futex word.</summary>
    [FieldOffset(132)]
    internal uint Ready;

    /// <summary>The interrupt: the poller's word.</summary>
    [FieldOffset(256)]
    internal uint Interrupt;
}

/// <summary>What an engine says of itself: hints.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct EngineWords
{
    /// <summary>1 while it sleeps; a futex word.</summary>
    [FieldOffset(0)]
    internal uint Doorbell;

    /// <summary>The ring whose job hangs, or one whose job is in flight, +1; 0 = none.</summary>
    [FieldOffset(4)]
    internal uint Executing;

    /// <summary>Jobs done.</summary>
    [FieldOffset(8)]
    internal ulong Jobs;

    /// <summary>Interrupts raised.</summary>
    [FieldOffset(16)]
    internal ulong Interrupts;

    /// <summary>The number of the fault acted out last.</summary>
    [FieldOffset(24)]
    internal uint FaultDone;
}

/// <summary>What the device writes for a ring.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct RingWords
{
    /// <summary>The completion word.</summary>
    [FieldOffset(0)]
    internal ulong Completion;

    /// <summary>The number of the ring's entry that the device has seen: behind a stop it writes nothing more.</summary>
    [FieldOffset(64)]
    internal uint Seen;

    /// <summary>A <see cref="Jobs.JobState"/>: what becomes of the next job. This and what follows are hints.</summary>
    [FieldOffset(68)]
    internal uint Doing;

    /// <summary>When the job in flight will end, monotonic ns; 0 = it cannot say.</summary>
    [FieldOffset(72)]
    internal long EndsAt;

    /// <summary>The ring for which it waits.</summary>
    [FieldOffset(80)]
    internal ulong WaitsFor;

    /// <summary>The value for which it waits.</summary>
    [FieldOffset(88)]
    internal ulong WaitsValue;
}
