// In which order fences signaled, as it was observed. Callbacks of one context run in the order of its signals, so their
// order is taken as it is: that is what the replay checks. A fence that the submitting thread found signaled was observed
// out of that order; all that is known is its timestamp, and it takes its place among the callbacks by that.
namespace FastFence.Tool.Replays;

/// <summary>The observed order of a play.</summary>
internal static class SignalOrder
{
    /// <summary>Indices of the observed fences, in the order in which they signaled.</summary>
    internal static int[] Of(ReplayPlan plan, SignalRecords records)
    {
        List<int>[] called = [.. plan.Contexts.Select(static _ => new List<int>())];
        List<int>[] found = [.. plan.Contexts.Select(static _ => new List<int>())];
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Order != 0)
            {
                (records[i].ByCallback != 0 ? called : found)[plan.Fences[i].Context].Add(i);
            }
        }

        return [.. called.Zip(found, (c, f) => Merge(plan, records, c, f)).SelectMany(static indices => indices)];
    }

    /// <summary>Places where a context's timestamp falls from one seqno to the next: none, whoever observed them.</summary>
    internal static long TimestampsBack(ReplayPlan plan, SignalRecords records)
    {
        long back = 0;
        long[] last = new long[plan.Contexts.Length];
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Order != 0)
            {
                ref long before = ref last[plan.Fences[i].Context];
                back += records[i].TimestampNs < before ? 1 : 0;
                before = records[i].TimestampNs;
            }
        }

        return back;
    }

    // Both by rising index at first, which is by rising seqno.
    private static List<int> Merge(ReplayPlan plan, SignalRecords records, List<int> called, List<int> found)
    {
        called.Sort((a, b) => records[a].Order.CompareTo(records[b].Order));
        List<int> merged = new(called.Count + found.Count);
        int next = 0;
        foreach (int i in called)
        {
            for (; next < found.Count && IsBefore(plan, records, found[next], i); next++)
            {
                merged.Add(found[next]);
            }

            merged.Add(i);
        }

        merged.AddRange(found[next..]);
        return merged;
    }

    // A batch of the poller has one timestamp.
    private static bool IsBefore(ReplayPlan plan, SignalRecords records, int found, int called) =>
        records[found].TimestampNs < records[called].TimestampNs
        || (records[found].TimestampNs == records[called].TimestampNs && plan.Fences[found].Seqno < plan.Fences[called].Seqno);
}
