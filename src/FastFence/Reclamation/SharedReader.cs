using FastFence.Atomics;

namespace FastFence.Reclamation;

/// <summary>
/// The record of all threads for which no record of their own can be had: opening a section must not fail (C5). It keeps
/// the phase of the entry that found it empty, so it may hold reclaiming up longer than its readers do, never shorter.
/// </summary>
internal static unsafe class SharedReader
{
    private const ulong NestMask = Domain.PhaseStep - 1;

    /// <summary>Enters. Two locked instructions at worst contention-free; loops under contention.</summary>
    public static void Enter(DomainBlock* domain)
    {
        ulong word = Atomic.LoadAcquire(ref domain->SharedWord);
        while (true)
        {
            ulong next = word == 0 ? Atomic.LoadAcquire(ref domain->Phase) | 1 : word + 1;
            if ((next & NestMask) == 0)
            {
                throw new InvalidOperationException("65535 access sections on the shared reader record: raise the number of reader records.");
            }

            // [SHARED-ENTER] full: visible before the section's first read, whether or not a barrier follows. Pairs with [GP-SCAN].
            // Without it the scan passes a section that already reads.
            ulong found = Atomic.CompareExchangeFull(ref domain->SharedWord, next, word);
            if (found == word)
            {
                return;
            }

            word = found;
        }
    }

    /// <summary>Leaves.</summary>
    public static void Exit(DomainBlock* domain)
    {
        ulong word = Atomic.LoadAcquire(ref domain->SharedWord);
        while (true)
        {
            ulong found = Atomic.CompareExchangeFull(ref domain->SharedWord, (word & NestMask) == 1 ? 0 : word - 1, word);
            if (found == word)
            {
                return;
            }

            word = found;
        }
    }
}
