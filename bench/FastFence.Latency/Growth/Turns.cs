using FastFence.Bench.Measuring;
using FastFence.Platform;

namespace FastFence.Latency.Growth;

/// <summary>
/// Costs by round and size, each the fastest of some batches. All sizes have their turn in each round, so that a slow second of the machine meets
/// all of them, and the machine's locked read-modify-write with them.
/// </summary>
internal sealed class Turns(int[] sizes, int rounds)
{
    private readonly double[][] _rounds = [.. Enumerable.Range(0, rounds).Select(_ => Enumerable.Repeat(double.PositiveInfinity, sizes.Length).ToArray())];
    private readonly double[] _units = [.. Enumerable.Repeat(double.PositiveInfinity, rounds)];

    /// <summary>The sizes.</summary>
    public int[] Sizes { get; } = sizes;

    /// <summary>The fastest of each size in each round, ns.</summary>
    public IReadOnlyList<double[]> Rounds => _rounds;

    /// <summary>The fastest locked read-modify-write of each round, ns.</summary>
    public IReadOnlyList<double> Units => _units;

    /// <summary>The fastest of each size in all rounds, ns.</summary>
    public double[] Best => [.. Enumerable.Range(0, Sizes.Length).Select(i => _rounds.Min(r => r[i]))];

    /// <summary>Keeps a cost if it is the lowest of its size and round.</summary>
    public void Add(int round, int size, double nanoseconds) => _rounds[round][size] = Math.Min(_rounds[round][size], nanoseconds);

    /// <summary>Times batches of <paramref name="times"/> operations; returns the fastest, ns an operation.</summary>
    public double Time(int round, int size, int batches, int times, Action<int> loop)
    {
        for (int i = 0; i < batches; i++)
        {
            long start = MonotonicClock.Nanoseconds;
            loop(times);
            Add(round, size, (double)(MonotonicClock.Nanoseconds - start) / times);
        }

        return _rounds[round][size];
    }

    /// <summary>Measures the machine's unit in this round.</summary>
    public void TimeUnit(int round)
    {
        using Contender unit = Bench.Measuring.Units.Create(PhysicalUnit.LockedRmw);
        for (int i = 0; i < 16; i++)
        {
            _units[round] = Math.Min(_units[round], unit.Measure(8192));
        }
    }
}
