using System.Runtime.InteropServices;
using FastFence.Memory;

namespace FastFence.Reclamation;

/// <summary>How a record is used.</summary>
internal enum ReaderState : uint
{
    /// <summary>May be taken by a thread.</summary>
    Free,

    /// <summary>Offline between sections.</summary>
    Casual,

    /// <summary>Inside a read-side critical section all the time; reports quiescent states.</summary>
    Online,

    /// <summary>An online reader that has gone offline for a while: its sections are those of a casual reader.</summary>
    Away,
}

/// <summary>One thread as the reclaimers see it. Process-wide, type-stable, two cache lines of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = Reservation.ContentionBytes)]
internal unsafe struct ReaderRecord
{
    /// <summary>
    /// The only word a reclaimer looks at: 0 = offline, <see cref="Domain.AtRest"/> too, else phase (48 bits) and nesting (16 bits). One word, because two
    /// would cost the reader a store-forwarding stall and the reclaimer a torn view.
    /// </summary>
    [FieldOffset(0)]
    public ulong Word;

    /// <summary>A <see cref="ReaderState"/>.</summary>
    [FieldOffset(8)]
    public uint State;

    /// <summary>OS thread id.</summary>
    [FieldOffset(12)]
    public int ThreadId;

    /// <summary>Start time of the thread, since thread ids are used again.</summary>
    [FieldOffset(16)]
    public ulong ThreadStart;

    /// <summary>Next record of the domain; written once.</summary>
    [FieldOffset(24)]
    public ReaderRecord* Next;

    /// <summary>Caches of this thread, one an engine.</summary>
    [FieldOffset(32)]
    public ThreadCache* Caches;

    /// <summary>Nonzero while the thread runs an exporter's op, a callback or a destructor (C17).</summary>
    [FieldOffset(40)]
    public uint InForeignCode;

    /// <summary>
    /// What foreign code the thread runs: a <see cref="Reclamation.ForeignKind"/>. For reports: whoever reads it may be late. Beside
    /// <see cref="InForeignCode"/>, so that one store enters and one leaves (<see cref="ForeignCode.EnterOutermost"/>).
    /// </summary>
    [FieldOffset(44)]
    public uint ForeignKind;

    /// <summary>Depth of signalling sections (C3).</summary>
    [FieldOffset(48)]
    public uint Signalling;

    /// <summary>Owner of the running callback's code; 0 = the host.</summary>
    [FieldOffset(52)]
    public uint ForeignOwner;

    /// <summary>1: the thread belongs to a native poller's runtime, and is not found by its number when it enters this one.</summary>
    [FieldOffset(56)]
    public uint OtherRuntime;

    /// <summary>The reader's word when recovery last looked: what has not changed since is late. Under the registry's lock.</summary>
    [FieldOffset(64)]
    public ulong WordSeen;

    /// <summary>Fence of the callback or op.</summary>
    [FieldOffset(72)]
    public ulong ForeignFence;

    /// <summary>The function; of a delegate 0.</summary>
    [FieldOffset(80)]
    public nint ForeignFunction;

    /// <summary>Exporter block of the op or destructor.</summary>
    [FieldOffset(88)]
    public nint ForeignExporter;
}
