// The reader's side: what a thread pays to be safe. The hot file of this floor.
using System.Runtime.CompilerServices;
using FastFence.Atomics;

namespace FastFence.Reclamation;

/// <summary>Entry and exit of read-side critical sections, quiescent states. Owning thread only; never blocks.</summary>
internal static unsafe class Reader
{
    private const ulong NestMask = Domain.PhaseStep - 1;

    /// <summary>Enters a section (they nest). No fence, no locked instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(DomainBlock* domain, ReaderRecord* reader)
    {
        ulong word = Atomic.LoadPlain(ref WordOf(reader));
        if (word != 0)
        {
            if ((word & NestMask) == NestMask)
            {
                EnterFromRest(domain, reader, word);
                return;
            }

            Atomic.StoreRelease(ref WordOf(reader), word + 1);
            return;
        }

        // [READER-ENTER] release store, then the section's first load must be an acquire load: the compiler may not swap them
        // (asserted on the generated code), the CPU may, and the reclaimer's process-wide barrier covers that. G is read
        // first: a phase too old only makes the reclaimer wait. Pairs with [GP-BARRIER] and [GP-STAMP].
        // Without the order a section could read a pointer before it is visible as a reader.
        Atomic.StoreRelease(ref WordOf(reader), Atomic.LoadAcquire(ref Domain.PhaseOf(domain)) | 1);
    }

    /// <summary>Leaves a section; the last one of a casual reader takes it offline.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(ReaderRecord* reader)
    {
        ulong word = Atomic.LoadPlain(ref WordOf(reader));

        // [READER-EXIT] release: the section's reads stay before it. Pairs with [GP-SCAN]. Without it the slot we still read
        // could be poisoned. Two stores, not one of a variable: a 0 that was loaded from the store before would make each section wait for the last.
        if ((word & NestMask) == 1)
        {
            Atomic.StoreRelease(ref WordOf(reader), 0);
        }
        else
        {
            Atomic.StoreRelease(ref WordOf(reader), word - 1);
        }
    }

    /// <summary>Enters a section that <see cref="LeaveBrief"/> ends: nothing but the engine's own code runs inside. What the word was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EnterBrief(DomainBlock* domain, ReaderRecord* reader)
    {
        if (!TryEnterBrief(domain, reader, out ulong before))
        {
            EnterFromRest(domain, reader, before);
            before = 0;
        }

        return before;
    }

    /// <summary>As <see cref="EnterBrief"/>, for what must call nothing; false when the reader is at rest: then nothing has been done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryEnterBrief(DomainBlock* domain, ReaderRecord* reader, out ulong before)
    {
        ulong phase = Atomic.LoadPlain(ref WordOf(reader));
        before = phase;
        if (phase == 0)
        {
            phase = Atomic.LoadAcquire(ref Domain.PhaseOf(domain));
        }
        else if ((phase & NestMask) == NestMask)
        {
            return false;
        }

        Atomic.StoreRelease(ref WordOf(reader), phase | 1); // [READER-ENTER]; inside another section it counts no level: whoever is in is in
        return true;
    }

    // At rest, or nested too deep.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EnterFromRest(DomainBlock* domain, ReaderRecord* reader, ulong word)
    {
        if (word != Domain.AtRest)
        {
            ThrowNestOverflow();
        }

        Atomic.StoreRelease(ref reader->Word, Atomic.LoadAcquire(ref domain->Phase) | 1); // [READER-ENTER]

        // [REST-END] full: visible before the section's first load, for whoever trusted the rest issues no barrier. Pairs with [GP-STAMP]. Without it the
        // scan passes a reader that already reads.
        Atomic.FenceFull();
    }

    /// <summary>Leaves it: the word becomes what it was <paramref name="before"/>, which saves counting the nesting down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LeaveBrief(ReaderRecord* reader, ulong before)
    {
        // Two stores: see Exit.
        if (before == 0)
        {
            Atomic.StoreRelease(ref WordOf(reader), 0); // [READER-EXIT]
        }
        else
        {
            Atomic.StoreRelease(ref WordOf(reader), before);
        }
    }

    // It stands first: see Domain.PhaseOf.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref ulong WordOf(ReaderRecord* reader) => ref *(ulong*)reader;

    /// <summary>Was the word that of a section inside another, or inside an online reader's? <see cref="EnterBrief"/> changes such a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDeep(ulong before) => (before & NestMask) > 1;

    /// <summary>Goes online for good: from here on the thread is inside a section and must report quiescent states.</summary>
    public static void GoOnline(DomainBlock* domain, ReaderRecord* reader)
    {
        Atomic.StoreRelease(ref reader->Word, Atomic.LoadAcquire(ref domain->Phase) | 1);

        // [GO-ONLINE] full: the announcement is visible before the first read: no barrier is issued for it. Pairs with [GP-SCAN] and [GP-STAMP].
        // Without it the scan passes a reader that already reads.
        Atomic.FenceFull();
    }

    /// <summary>Goes offline: reclaimers no longer wait for this thread.</summary>
    public static void GoOffline(ReaderRecord* reader) => Atomic.StoreRelease(ref reader->Word, 0);

    /// <summary>Takes an online reader offline before it blocks; false when it was not online. Its state says so meanwhile.</summary>
    public static bool TryLeave(ReaderRecord* reader)
    {
        if (reader == null || reader->State != (uint)ReaderState.Online)
        {
            return false;
        }

        GoOffline(reader);
        BecomeCasual(reader, ReaderState.Away);
        return true;
    }

    /// <summary>
    /// Says, outside of every section, that the thread will not read for a while: grace periods need no barrier for its sake, and its next section pays the
    /// fence. Owning thread; null and inside a section: nothing. Nobody else can say it: between a thread's look at its word and its store to it
    /// there is no telling from outside that it has begun.
    /// </summary>
    public static void Rest(ReaderRecord* reader)
    {
        if (reader != null && Atomic.LoadPlain(ref reader->Word) == 0)
        {
            // [REST-BEGIN] release: the sections before stay before it. Pairs with [GP-SCAN]. Without it a slot that we still read could be poisoned.
            Atomic.StoreRelease(ref reader->Word, Domain.AtRest);
        }
    }

    /// <summary>From here on the thread's sections are a casual reader's. Owning thread.</summary>
    public static void BecomeCasual(ReaderRecord* reader, ReaderState state)
    {
        Atomic.StoreRelease(ref reader->State, (uint)state);

        // [LEAVE-ONLINE] full: known as casual before its next section. Pairs with [GP-STAMP]. Without it a scan that takes the reader for an online one
        // issues no barrier, and misses that section.
        Atomic.FenceFull();
    }

    /// <summary>Brings back who left.</summary>
    public static void Return(DomainBlock* domain, ReaderRecord* reader)
    {
        GoOnline(domain, reader);
        reader->State = (uint)ReaderState.Online;
    }

    /// <summary>Reports a quiescent state: the thread holds nothing that it read before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Quiescent(DomainBlock* domain, ReaderRecord* reader)
    {
        ulong phase = Atomic.LoadAcquire(ref domain->Phase);

        // [QS-REPORT] release: our loads stay before the report; G was read with acquire, so what was unlinked before that
        // phase is seen unlinked by what we read next. Pairs with [GP-SCAN] and [GP-STAMP].
        // Without it a slot that we still read could be reused.
        Atomic.StoreRelease(ref reader->Word, phase | 1);
    }

    /// <summary>Is the thread inside a section that it must not block in? Online readers: inside a nested one.</summary>
    public static bool IsInside(ReaderRecord* reader) => IsInside(reader, Atomic.LoadPlain(ref reader->Word));

    /// <summary>Was it, when its word was this?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInside(ReaderRecord* reader, ulong word)
    {
        ulong nest = word & NestMask;
        return nest > (reader->State == (uint)ReaderState.Online ? 1u : 0u) && word != Domain.AtRest;
    }

    private static void ThrowNestOverflow() => throw new InvalidOperationException(
        "65535 nested access sections on one thread: an EndAccess is missing in a loop.");
}
