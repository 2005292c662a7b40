// Quiescent-state-based reclamation (QSBR), one domain per process.
//
// Lineage: McKenney & Slingwine's RCU, liburcu's qsbr and memb flavours, FreeBSD's SMR (the counter is the whole phase, so
// one scan suffices), DPDK's rcu token API. Not hazard pointers: a reader names no object, and not EBR with three epochs:
// a bag waits for its own number.
//
//   phase:   …───41────42────43────44──▶        G = 44
//   reader A (word 42)      ├── may hold what was unlinked with stamp ≥ 43
//   reader B (word 44)                  ├── came after the unlinking of 44: passes
//   completed = min(stamps covered by a barrier, oldest reader's phase) = 42
//
// Invariant: a slot stamped T is reclaimed only after every reader that was inside a section when T was drawn has left it.
//
// The reader pays a store (no fence). The reclaimer pays for both: one process-wide barrier between drawing a stamp and the
// scan, shared by all bags stamped before it, and none while all other casual readers are at rest. Cost: a late reader
// holds up every bag stamped after its phase (bounded: C18).
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Reclamation;

/// <summary>The domain's words, each group on lines of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4 * Reservation.ContentionBytes)]
internal unsafe struct DomainBlock
{
    /// <summary>G: the phase, in steps of <see cref="Domain.PhaseStep"/>.</summary>
    [FieldOffset(0)]
    public ulong Phase;

    /// <summary>Every stamp up to this one is safe to reclaim.</summary>
    [FieldOffset(128)]
    public ulong Completed;

    /// <summary>Process-wide barriers issued for scans.</summary>
    [FieldOffset(136)]
    public ulong Barriers;

    /// <summary>First record.</summary>
    [FieldOffset(256)]
    public nint Records;

    /// <summary>Records made.</summary>
    [FieldOffset(268)]
    public uint RecordCount;

    /// <summary>The record that threads beyond the bound share: phase of the oldest entry and a count.</summary>
    [FieldOffset(384)]
    public ulong SharedWord;
}

/// <summary>Grace periods. Every method takes the block: the native poller has no managed statics.</summary>
internal static unsafe partial class Domain
{
    /// <summary>The phase counts in the upper 48 bits of a reader's word, so a word is <c>phase | nesting</c>.</summary>
    public const ulong PhaseStep = 1UL << 16;

    /// <summary>
    /// A reader at rest (<see cref="Reader.Rest"/>): later than every phase, and nested as deep as no section is, so that its next entry takes the slow way.
    /// </summary>
    public const ulong AtRest = ulong.MaxValue;

    private const ulong NestMask = PhaseStep - 1;

    /// <summary>
    /// The phase, which stands first. Not by its name: for the address of a struct's first field behind a pointer the JIT looks whether the pointer can
    /// be read from (decision 113).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ulong PhaseOf(DomainBlock* domain) => ref *(ulong*)domain;

    /// <summary>The process's domain.</summary>
    public static DomainBlock* Process => (DomainBlock*)s_process;

    /// <summary>Draws a stamp for what was unlinked before. Any thread. One locked instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Stamp(DomainBlock* domain) =>

        // [GP-STAMP] full: the unlinking stands before the number, so a reader that reads G ≥ T sees it unlinked, and so does one that fences behind it.
        // Pairs with [READER-ENTER], [QS-REPORT], [GO-ONLINE], [LEAVE-ONLINE], [REST-END] and [READER-REGISTER]. Without it such a reader would pass the scan
        // with the old pointer.
        Atomic.AddFull(ref domain->Phase, PhaseStep);

    /// <summary>Is everything stamped up to <paramref name="stamp"/> safe to reclaim? One load, no scan.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsComplete(DomainBlock* domain, ulong stamp) =>

        // [GP-COMPLETE] acquire: reuse of the slot stays after the news that its grace period is over. Pairs with [GP-PUBLISH].
        // Without it the new life's writes could be seen by a reader of the old one.
        Atomic.LoadAcquire(ref domain->Completed) >= stamp;

    /// <summary>
    /// Scans once; true when <paramref name="stamp"/> is complete. Any thread, in a section or not; <paramref name="self"/> is its record, or null. Never
    /// blocks.
    /// </summary>
    public static bool Poll(DomainBlock* domain, ReaderRecord* self, ulong stamp) =>
        IsComplete(domain, stamp) || Advance(domain, self) >= stamp;

    /// <summary>One barrier at most and one scan; returns the stamp up to which all is complete.</summary>
    public static ulong Advance(DomainBlock* domain, ReaderRecord* self) => Settle(domain, Cover(domain, self));

    /// <summary>
    /// The phase that a scan from now on may speak of, as often as it is made: who enters later sees unlinked what was unlinked before. Any thread, with its
    /// record or null.
    /// </summary>
    public static ulong Cover(DomainBlock* domain, ReaderRecord* self)
    {
        // A reader that fences as it enters (online, at rest, just registered) needs no barrier: either its fence stands before the stamp's locked instruction,
        // and the scan, which has seen the stamp, sees its word; or behind it, and it sees what was unlinked before the stamp.
        ulong target = Atomic.LoadAcquire(ref domain->Phase);
        if (NeedsBarrier(domain, self))
        {
            // [GP-BARRIER] process-wide: a casual reader's entry store is visible to the scan, or its first load comes after
            // this point and so after the unlinking. Pairs with [READER-ENTER]. Without it the scan misses a reader whose store
            // still sits in its store buffer.
            ProcessBarrier.Issue();
            Atomic.StorePlain(ref domain->Barriers, Atomic.LoadPlain(ref domain->Barriers) + 1); // for tests and eyes: two at once may count as one
        }

        return target;
    }

    // Is there anybody but us who may be entering a section without a fence?
    private static bool NeedsBarrier(DomainBlock* domain, ReaderRecord* self)
    {
        for (ReaderRecord* r = First(domain); r != null; r = r->Next)
        {
            if (r != self && Atomic.LoadAcquire(ref r->State) is (uint)ReaderState.Casual or (uint)ReaderState.Away
                && Atomic.LoadAcquire(ref r->Word) != AtRest)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One scan for a phase from <see cref="Cover"/>; returns the stamp up to which all is complete.</summary>
    public static ulong Settle(DomainBlock* domain, ulong target)
    {
        Publish(domain, OldestReader(domain, target));
        return Atomic.LoadAcquire(ref domain->Completed);
    }

    /// <summary>The phase of the oldest reader inside a section, at most <paramref name="target"/>.</summary>
    public static ulong OldestReader(DomainBlock* domain, ulong target)
    {
        ulong oldest = target;
        for (ReaderRecord* r = First(domain); r != null; r = r->Next)
        {
            // [GP-SCAN] acquire: what the reader did inside its section stays before our reclaiming. Pairs with [READER-EXIT]
            // and [QS-REPORT]. Without it its last read could see our poison.
            ulong word = Atomic.LoadAcquire(ref r->Word);
            if (word != 0)
            {
                oldest = Math.Min(oldest, word & ~NestMask);
            }
        }

        ulong shared = Atomic.LoadAcquire(ref domain->SharedWord);
        return shared != 0 ? Math.Min(oldest, shared & ~NestMask) : oldest;
    }

    /// <summary>Has an online reader been inside since before the stamp? [GP-SCAN] of one record: it needs no barrier.</summary>
    public static bool IsHeldBy(ReaderRecord* online, ulong stamp)
    {
        ulong word = Atomic.LoadAcquire(ref online->Word); // [GP-SCAN]
        return word != 0 && (word & ~NestMask) < stamp;
    }

    /// <summary>First record of the domain.</summary>
    public static ReaderRecord* First(DomainBlock* domain) => (ReaderRecord*)Atomic.LoadAcquire(ref domain->Records);

    private static void Publish(DomainBlock* domain, ulong completed)
    {
        ulong seen = Atomic.LoadPlain(ref domain->Completed);
        while (seen < completed)
        {
            // [GP-PUBLISH] full: the scan stands before its result. Pairs with [GP-COMPLETE]. Without it a third thread would
            // reuse a slot that our scan has not yet cleared.
            ulong found = Atomic.CompareExchangeFull(ref domain->Completed, completed, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }
}
