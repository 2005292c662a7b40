namespace FastFence.Torture.Litmuses;

/// <summary>A litmus in the list.</summary>
/// <param name="Name">For people, and <c>--break</c>.</param>
/// <param name="Orderings">The tags of the ordering ledger it stands for.</param>
/// <param name="Create">Makes the pair: the engine's own code, or without its barrier (its fence) the twin.</param>
internal sealed record LitmusEntry(string Name, string Orderings, Func<bool, LitmusPair> Create);

/// <summary>The store-load points that the rare side's process-wide barrier closes, and the one where the reader's fence saves it.</summary>
internal static class LitmusList
{
    internal static IReadOnlyList<LitmusEntry> All { get; } =
    [
        new("reader-enter", "READER-ENTER, GP-BARRIER", static withBarrier => new ReaderEntryPair(withBarrier, rested: false)),
        new("reader-rest", "REST-END, GP-STAMP", static whole => new ReaderEntryPair(whole, rested: true)),
        new("poller-sleep", "WORD-WRITE, POLLER-SLEEP", static withBarrier => new PollerSleepPair(withBarrier)),
    ];
}
