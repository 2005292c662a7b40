using FastFence.Tool.Runs;

namespace FastFence.Torture.Runs;

/// <summary>
/// One idea under load. Its threads run until the run is stopped, each in rounds that end by themselves; the workload has its
/// own counters and its own kinds of violation.
/// </summary>
internal abstract class Workload(WorkloadEntry entry, RunContext run) : IDisposable
{
    private static readonly TimeSpan s_createLimit = TimeSpan.FromSeconds(30);

    private long _rounds;

    /// <summary>Its entry in the list.</summary>
    internal WorkloadEntry Entry { get; } = entry;

    /// <summary>Rounds ended so far, all threads.</summary>
    internal long Rounds => Volatile.Read(ref _rounds);

    /// <summary>What it counted, for the report; filled in <see cref="Judge"/>.</summary>
    internal SortedDictionary<string, long> Counters { get; } = new(StringComparer.Ordinal);

    /// <summary>What its threads do, one body a thread. Each looks at <see cref="RunContext.IsStopped"/> between rounds.</summary>
    internal abstract IReadOnlyList<Action> Bodies { get; }

    /// <summary>An engine that it alone uses, judged at the end like the shared one.</summary>
    internal virtual FenceEngine? OwnEngine => null;

    /// <summary>The run it is part of.</summary>
    protected RunContext Run { get; } = run;

    /// <summary>After its threads have ended: what only shows at the end, and the counters.</summary>
    internal virtual void Judge()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what it holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Makes a fence, waiting while creation is refused: another workload's reader may be parked.</summary>
    protected static FenceSource Create(Timeline timeline)
    {
        FenceSource source = default;
        return RunContext.Until(() => timeline.TryCreateFence(out source), s_createLimit)
            ? source
            : throw new InsufficientMemoryException($"no fence could be made for {s_createLimit.TotalSeconds} s: creation stays refused");
    }

    /// <summary>Counts a round.</summary>
    protected void EndRound() => Interlocked.Increment(ref _rounds);

    /// <summary>Is the detector of this kind to be proven live?</summary>
    protected bool Breaks(string kind) => Run.Options.Break == kind;

    /// <summary>Notes a violation.</summary>
    protected void Report(string kind, string detail, long? age = null, ulong? poison = null) =>
        Run.Ledger.Report(kind, Entry.Name, detail, age, poison);

    /// <summary>Choices of one thread of this workload: the same for the same seed, whatever other workloads run.</summary>
    protected RunRandom Random(int thread)
    {
        // FNV-1a: string.GetHashCode changes from process to process.
        ulong hash = 14695981039346656037;
        foreach (char c in Entry.Name)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return new RunRandom(Run.Options.Seed ^ hash, thread);
    }
}
