// The rings of a poller, in one block of memory laid out for its scan:
//
//   head │ settled words, 8 B a ring │ where to look │ rings │ interrupt words │ rings with waiting jobs
//
//   rings:   octets: 8 words side by side │ 64-bit words that stand alone │ 32-bit words
//            └ looked at in one step, by the address of the first         └ one by one, by their addresses
//
// Ring i needs no visit while its word reads as its settled word: everything up to there has been retired, and nothing refused.
// That stays true whoever says it late, since what is retired stays retired. Other reasons for a visit are told by attention
// (PollerWake). Settled words, list and IsNew have one user: the poller, as long as no former one may go on beside it.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Rings;

namespace FastFence.Polling;

/// <summary>The rings of a poller: replaced as a whole, the former set freed after a grace period.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct RingSet
{
    /// <summary>Rings in it.</summary>
    public int Count;

    /// <summary>Interrupt words of devices in other processes; at most <see cref="MaxInterrupts"/>.</summary>
    public int Interrupts;

    /// <summary>So many times eight rings, the first ones, have their words side by side.</summary>
    public int Octets;

    /// <summary>From this ring on words have 32 bits.</summary>
    public int Narrow;

    /// <summary>1 until a turn has looked at every ring. Poller.</summary>
    public uint IsNew;

    /// <summary>Rings on the list of those with waiting jobs. Poller.</summary>
    public uint Feeding;

    /// <summary>Most words that a poller sleeps on beside its own. Others' interrupts are heard when its park ends.</summary>
    public const int MaxInterrupts = 127; // FUTEX_WAITV_MAX - 1

    /// <summary>Words that are looked at in one step.</summary>
    public const int Wide = Atomic.WideWords;

    /// <summary>
    /// The settled word of a ring that is to be visited whatever its word says. No position has the highest bit, and of what devices that are reset
    /// or gone write (nothing, all ones, their first number) it is none.
    /// </summary>
    public const ulong Unsettled = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Bytes of a set of <paramref name="count"/> rings and so many interrupt words.</summary>
    public static long BytesFor(int count, int interrupts = 0) =>
        sizeof(RingSet) + ((long)count * (sizeof(ulong) + sizeof(nint) + sizeof(nint) + sizeof(uint))) + ((long)interrupts * sizeof(nint));

    /// <summary>The settled words.</summary>
    public static ulong* SettledOf(RingSet* set) => (ulong*)(set + 1);

    /// <summary>Addresses of words: the first of each octet, then those that stand alone.</summary>
    public static nint* LooksOf(RingSet* set) => (nint*)(SettledOf(set) + set->Count);

    /// <summary>The rings.</summary>
    public static RingBlock** Items(RingSet* set) => (RingBlock**)(LooksOf(set) + set->Count);

    /// <summary>The interrupt words, each once.</summary>
    public static uint** InterruptsOf(RingSet* set) => (uint**)(Items(set) + set->Count);

    /// <summary>The list of rings with waiting jobs, by their places.</summary>
    public static uint* FeedingOf(RingSet* set) => (uint*)(InterruptsOf(set) + set->Interrupts);

    /// <summary>Where a look at ring <paramref name="i"/> looks.</summary>
    public static nint LookOf(RingSet* set, uint i) => i < (uint)set->Octets * Wide
        ? LooksOf(set)[i / Wide] + (nint)(i % Wide * sizeof(ulong))
        : LooksOf(set)[i - ((uint)set->Octets * (Wide - 1))];

    /// <summary>The order in which a set is made: words of 64 bits first, then by address. Below 0: <paramref name="a"/> comes first.</summary>
    public static int Compare(RingBlock* a, RingBlock* b) =>
        a->WordBits != b->WordBits ? b->WordBits.CompareTo(a->WordBits) : ((nint)a->Word).CompareTo((nint)b->Word);

    /// <summary>A set of rings that are in order (<see cref="Compare"/>); null when memory is out.</summary>
    public static RingSet* TryMake(ReadOnlySpan<nint> rings, ReadOnlySpan<nint> interrupts)
    {
        RingSet* set = (RingSet*)BlockHeap.TryAllocate(BytesFor(rings.Length, interrupts.Length));
        if (set == null)
        {
            return null;
        }

        set->Count = rings.Length;
        set->Interrupts = interrupts.Length;
        set->IsNew = 1;
        interrupts.CopyTo(new Span<nint>(InterruptsOf(set), interrupts.Length));
        new Span<ulong>(SettledOf(set), rings.Length).Fill(Unsettled);
        Arrange(set, rings);
        return set;
    }

    private static void Arrange(RingSet* set, ReadOnlySpan<nint> rings)
    {
        for (int i = 0; i < rings.Length; i += IsOctet(rings, i) ? Wide : 1)
        {
            set->Octets += IsOctet(rings, i) ? 1 : 0;
        }

        RingBlock** wide = Items(set);
        RingBlock** alone = wide + (set->Octets * Wide);
        set->Narrow = rings.Length;
        for (int i = 0; i < rings.Length;)
        {
            if (IsOctet(rings, i))
            {
                rings.Slice(i, Wide).CopyTo(new Span<nint>(wide, Wide));
                wide += Wide;
                i += Wide;
                continue;
            }

            RingBlock* ring = (RingBlock*)rings[i++];
            set->Narrow = ring->WordBits == 32 ? Math.Min(set->Narrow, (int)(alone - Items(set))) : set->Narrow;
            *alone++ = ring;
        }

        nint* looks = LooksOf(set);
        for (int i = 0; i < rings.Length; i += i < set->Octets * Wide ? Wide : 1)
        {
            *looks++ = (nint)Items(set)[i]->Word;
        }
    }

    private static bool IsOctet(ReadOnlySpan<nint> rings, int from)
    {
        if (from + Wide > rings.Length)
        {
            return false;
        }

        byte* first = ((RingBlock*)rings[from])->Word;
        if (((nint)first & (sizeof(ulong) - 1)) != 0)
        {
            return false;
        }

        for (int i = 0; i < Wide; i++)
        {
            RingBlock* ring = (RingBlock*)rings[from + i];
            if (ring->WordBits != 64 || ring->Word != first + (i * sizeof(ulong)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The set that a turn goes by; null = none yet. Good until the poller's next quiescent state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RingSet* Of(PollerBlock* poller)
    {
        // [RING-SET-READ] acquire: the set is read after its address. Pairs with [RING-SET].
        return (RingSet*)Atomic.LoadAcquire(ref poller->Rings);
    }

    /// <summary>Publishes a set that is written as a whole; the former one, which the poller may use until its next quiescent state.</summary>
    public static RingSet* Replace(PollerBlock* poller, RingSet* set)
    {
        // [RING-SET] full: the set's content stands before the poller sees it. Pairs with [RING-SET-READ]. Without it a
        // turn would follow pointers of rings that are not written yet.
        return (RingSet*)Atomic.ExchangeFull(ref poller->Rings, (nint)set);
    }
}
