using System.Collections.Immutable;

namespace FastFence.Tool.Reporting;

/// <summary>Counts fences, order violations and gaps per context from the signals it is shown, in their order.</summary>
/// <remarks>One thread only. The first signal of a context opens it and allocates; the others do not.</remarks>
internal sealed class ContextLedger
{
    private readonly SortedDictionary<ulong, Entry> _entries = [];

    /// <summary>Takes down one signal.</summary>
    internal void Signaled(ulong context, string timeline, string driver, ulong seqno)
    {
        if (!_entries.TryGetValue(context, out Entry? entry))
        {
            _entries.Add(context, entry = new Entry(timeline, driver, seqno));
            return;
        }

        entry.Fences++;
        long step = unchecked((long)(seqno - entry.Highest)); // the kernel's comparison: right across a wrap
        if (step <= 0)
        {
            entry.OrderViolations++;
            return;
        }

        if (step > 1)
        {
            entry.Gaps++;
            entry.Nops += (ulong)(step - 1);
        }

        entry.Highest = seqno;
    }

    /// <summary>One row a context, by rising number.</summary>
    internal ImmutableArray<ContextReport> ToReports() =>
    [
        .. _entries.Select(static e => new ContextReport(e.Key, e.Value.Timeline, e.Value.Driver, e.Value.Fences,
            e.Value.OrderViolations, e.Value.Gaps, e.Value.Nops)),
    ];

    private sealed class Entry(string timeline, string driver, ulong seqno)
    {
        internal readonly string Timeline = timeline;
        internal readonly string Driver = driver;
        internal ulong Highest = seqno;
        internal long Fences = 1;
        internal long OrderViolations;
        internal long Gaps;
        internal ulong Nops;
    }
}
