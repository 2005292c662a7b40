namespace FastFence.Bench.Measuring;

/// <summary>Peers in C that two threads take part in. Empty where they were not built.</summary>
internal static class TwoThreadPeersInC
{
    /// <summary>The writer that defers into a queue of its own.</summary>
    public const string Deferring = "defer_swap";

    private const int ReadsBetweenLooks = 64;

    /// <summary>Both threads run the same loop at the same thing.</summary>
    public static IReadOnlyList<Func<Contender>> Twice(string name, string loop, int leastBatch) =>
        PeersInC.LoopOf(loop) is { } run
            ? [() => new TwoThreadLoop(name, run, run, sameTwice: true, leastBatch: leastBatch)
            {
                IsByMedian = true,
            }]
            : [];

    /// <summary>How much slower a loop is while the other thread runs it, too.</summary>
    public static IReadOnlyList<Func<Contender>> Slowed(string name, string loop, int leastBatch) =>
        PeersInC.LoopOf(loop) is { } run ? [() => new Slowdown(name, run, run, leastBatch: leastBatch)] : [];

    /// <summary>A race of <c>prefix_race_begin, _add, _signal, _end</c>.</summary>
    public static IReadOnlyList<Func<Contender>> Raced(string name, string prefix, int leastBatch)
    {
        Action<int>? begin = PeersInC.LoopOf($"{prefix}_race_begin");
        Action<int>? add = PeersInC.LoopOf($"{prefix}_race_add");
        Action<int>? signal = PeersInC.LoopOf($"{prefix}_race_signal");
        Action<int>? end = PeersInC.LoopOf($"{prefix}_race_end");
        return begin == null || add == null || signal == null || end == null ? [] : [() => new LoopRace(name, begin, add, signal, end, leastBatch)];
    }

    /// <summary>A writer, <c>prefix_swap</c> or <c>prefix_defer_swap</c>, beside a reader of what it swaps, <c>prefix_reader_enter, _read, _leave</c>.</summary>
    public static IReadOnlyList<Func<Contender>> Followed(string name, string prefix, int leastBatch, string writer = "swap") =>
        Beside(name, prefix, writer, "read", leastBatch, isByMedian: true);

    /// <summary>The same writer beside a reader of what stays, <c>prefix_reader_own</c>.</summary>
    public static IReadOnlyList<Func<Contender>> Reclaiming(string name, string prefix, int leastBatch, string writer = "swap") =>
        Beside(name, prefix, writer, "own", leastBatch, isByMedian: false);

    /// <summary>Grace periods, <c>prefix_grace_periods</c>, beside the same reader.</summary>
    public static IReadOnlyList<Func<Contender>> GracePeriods(string name, string prefix) => Beside(name, prefix, "grace_periods", "own", 64, isByMedian: false);

    /// <summary>The reader of what stays, until told to stop; null where it was not built.</summary>
    public static Action<Func<bool>>? ReaderOf(string prefix, string reading = "own")
    {
        Action<int>? enter = PeersInC.LoopOf($"{prefix}_reader_enter");
        Action<int>? read = PeersInC.LoopOf($"{prefix}_reader_{reading}");
        Action<int>? leave = PeersInC.LoopOf($"{prefix}_reader_leave");
        return enter == null || read == null || leave == null ? null : Read;

        void Read(Func<bool> goOn)
        {
            enter(0);
            while (goOn())
            {
                read(ReadsBetweenLooks);
            }

            leave(0);
        }
    }

    private static IReadOnlyList<Func<Contender>> Beside(string name, string prefix, string writer, string reading, int leastBatch, bool isByMedian) =>
        PeersInC.LoopOf($"{prefix}_{writer}") is { } write && ReaderOf(prefix, reading) is { } read
            ?
            [
                () => new BesideLoop(name, write, read, leastBatch: leastBatch)
                {
                    IsByMedian = isByMedian,
                },
            ]
            : [];

    private sealed class LoopRace(string name, Action<int> begin, Action<int> add, Action<int> signal, Action<int> end, int leastBatch)
        : RacingLoop(name, leastBatch)
    {
        protected override void Prepare(int times) => begin(times);

        protected override void Run(int times) => add(times);

        protected override void Race(int times) => signal(times);

        protected override void PutAway() => end(0);
    }
}
