// A ring: emitters publish commands, the device consumes them in order and writes one completion word, the poller retires
// the prefix. Ring position = seqno of the timeline; the timeline's words serve the ring too:
//
//   Completed (retired)        Seen (device)                    LastSeqno (reserved)
//        ▼                        ▼                                   ▼
//   ─────┼────────────────────────┼──────────────┬─────────┬──────────┼─────▶ positions
//        └ retire next            └ executing     └ published └ hole   └ at most Capacity ahead of Completed
//
// Invariant: Completed ≤ Seen ≤ LastSeqno ≤ Completed + Capacity.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;

namespace FastFence.Rings;

/// <summary>Life of a ring.</summary>
internal enum RingState : uint
{
    /// <summary>In use.</summary>
    Running,

    /// <summary>What is outstanding is being completed with <see cref="RingBlock.FailError"/>; nothing new.</summary>
    Failing,

    /// <summary>A completion word was refused: nothing is retired until the device is known to be quiet.</summary>
    Faulted,

    /// <summary>Empty for good.</summary>
    Closed,

    /// <summary>Nothing new while the device is brought to rest; what it reports done is retired as ever.</summary>
    Stopping,

    /// <summary>The device is quiet and the ring's memory is exchanged: the poller looks away.</summary>
    Moving,
}

/// <summary>A command and its publication, one line.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct RingSlot
{
    /// <summary>The position once its command stands; with <see cref="NopBit"/>, a position without a command.</summary>
    [FieldOffset(0)]
    public ulong Publish;

    /// <summary>The command.</summary>
    [FieldOffset(8)]
    public RingCommand Command;

    /// <summary>
    /// Nonzero: the position whose producer was given up and may still write into this slot. Nobody uses the slot until it has
    /// come back. One word is enough: the positions behind it only become NOPs, and whoever makes a NOP writes nothing else.
    /// </summary>
    [FieldOffset(56)]
    public ulong Quarantine;

    /// <summary>The position does nothing.</summary>
    public const ulong NopBit = 1UL << 63;

    /// <summary>The command stands and waits for its in-fences: the poller takes the bit away (<see cref="RingFeed"/>).</summary>
    public const ulong WaitBit = 1UL << 62;

    /// <summary>The position of a publication word.</summary>
    public static ulong NumberOf(ulong publish) => publish & ~(NopBit | WaitBit);
}

/// <summary>A ring in native memory.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4 * Reservation.ContentionBytes)]
internal unsafe struct RingBlock
{
    /// <summary>The engine.</summary>
    [FieldOffset(0)]
    public EngineBlock* Engine;

    /// <summary>The timeline, whose seqnos are the positions.</summary>
    [FieldOffset(8)]
    public TimelineBlock* Timeline;

    /// <summary>Commands, <see cref="Capacity"/> of them.</summary>
    [FieldOffset(16)]
    public RingSlot* Commands;

    /// <summary>Fence handles by position; never shown to the device.</summary>
    [FieldOffset(24)]
    public ulong* Retire;

    /// <summary>Times at which the device completed, by position, ns; null = not kept.</summary>
    [FieldOffset(32)]
    public long* CompletionTimes;

    /// <summary>The completion word: 4 or 8 bytes.</summary>
    [FieldOffset(40)]
    public byte* Word;

    /// <summary>A power of two.</summary>
    [FieldOffset(48)]
    public uint Capacity;

    /// <summary>32 or 64.</summary>
    [FieldOffset(52)]
    public uint WordBits;

    /// <summary>A <see cref="RingState"/>.</summary>
    [FieldOffset(56)]
    public uint State;

    /// <summary>Error magnitude while failing.</summary>
    [FieldOffset(60)]
    public uint FailError;

    /// <summary>The poller that retires this ring.</summary>
    [FieldOffset(64)]
    public PollerWake* Wake;

    /// <summary>Longest time without progress while something is outstanding, ns.</summary>
    [FieldOffset(72)]
    public long TimeoutNanoseconds;

    /// <summary>Longest time that a reserved position may stay unpublished, ns.</summary>
    [FieldOffset(80)]
    public long HoleNanoseconds;

    /// <summary>1: the times are the device's memory.</summary>
    [FieldOffset(88)]
    public uint TimesAreTheirs;

    /// <summary>1: commands, words and doorbell are memory that the device brought, and its futexes are shared between processes.</summary>
    [FieldOffset(92)]
    public uint IsShared;

    /// <summary>The highest position that waited for fences; 0 = none ever. Emitters.</summary>
    [FieldOffset(96)]
    public ulong LastWaiting;

    /// <summary>In-fences by position (<see cref="RingWait"/>), made with the first job that waits.</summary>
    [FieldOffset(104)]
    public nint Waits;

    /// <summary>Where the device announces its sleep.</summary>
    [FieldOffset(112)]
    public uint* Doorbell;

    /// <summary>Where the poller announces its sleep to a device in another process; null for those in this one.</summary>
    [FieldOffset(120)]
    public uint* Interrupt;

    /// <summary>Highest position that the device has reported. Poller.</summary>
    [FieldOffset(128)]
    public ulong Seen;

    /// <summary>Becomes 0 when nothing here is touched any more; null where the memory is the engine's.</summary>
    [FieldOffset(136)]
    public uint* InUse;

    /// <summary>A hole seen at the last look. Poller.</summary>
    [FieldOffset(144)]
    public ulong HoleSeen;

    /// <summary>The word that was refused. Poller.</summary>
    [FieldOffset(152)]
    public ulong RefusedWord;

    /// <summary>When the hole was first seen, ns. Poller.</summary>
    [FieldOffset(160)]
    public long HoleSince;

    /// <summary>1 once a word was refused: none is believed any more. Poller.</summary>
    [FieldOffset(168)]
    public uint HasRefused;

    /// <summary>No position up to here waits any more. Poller.</summary>
    [FieldOffset(176)]
    public ulong FeedCursor;

    /// <summary>1 while the device sleeps, or is about to, until something is published; for devices of this process.</summary>
    [FieldOffset(256)]
    public uint DoorbellAsleep;

    /// <summary>The default completion word, where the device brings none. On a line of its own.</summary>
    [FieldOffset(384)]
    public ulong OwnWord;

    /// <summary>The slot of a position.</summary>
    public static RingSlot* SlotOf(RingBlock* ring, ulong position) => ring->Commands + (position & (ring->Capacity - 1));

    /// <summary>The retire slot of a position.</summary>
    public static ref ulong RetireOf(RingBlock* ring, ulong position) => ref ring->Retire[position & (ring->Capacity - 1)];
}

/// <summary>What others tell a poller, on a line of its own: the futex word of its sleep, and that it is to look around.</summary>
[StructLayout(LayoutKind.Explicit, Size = Reservation.ContentionBytes)]
internal unsafe struct PollerWake
{
    /// <summary>1 while it sleeps, or is about to.</summary>
    [FieldOffset(0)]
    public uint Asleep;

    /// <summary><see cref="LookOnce"/> and <see cref="LookAlways"/>; 0 while completion words say all that a turn has to know.</summary>
    [FieldOffset(4)]
    public uint Attention;

    /// <summary>The next turn looks at every ring, whatever its word says. Taken away by that turn.</summary>
    public const uint LookOnce = 1;

    /// <summary>Every turn does, and what turns remember is left alone: a former poller may still be at it.</summary>
    public const uint LookAlways = 2;

    /// <summary>
    /// Something that no completion word tells has changed for a ring: its state, what waits on it, where its word is. Called behind the change. Any thread; not often.
    /// </summary>
    public static void Attend(PollerWake* wake)
    {
        if (wake != null)
        {
            // [ATTENTION-CALL] full: behind the change. Pairs with [ATTENTION-TAKE]. Without it the turn that takes the mark does not see the change, and
            // later ones do not look: a failing ring never ends, a waiting job never goes out.
            Atomic.OrFull(ref wake->Attention, LookOnce);
        }
    }

    /// <summary>A second poller is about to begin while the first may go on. The host.</summary>
    public static void BeginSharing(PollerWake* wake)
    {
        // [SCAN-SHARED] full: before the second's first step. Pairs with [ATTENTION-TAKE]. Without it what the first takes, and does not get to,
        // hides from the second.
        Atomic.OrFull(ref wake->Attention, LookAlways);
    }

    /// <summary>The first has ended. What it left behind is made anew before anybody goes by it. The host.</summary>
    public static void EndSharing(PollerWake* wake) => Atomic.ExchangeFull(ref wake->Attention, LookOnce); // [SCAN-SHARED]
}
