using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>
/// How many times as long a loop takes while another thread does the same on the other core. A ratio, not a time: 1 is none.
/// </summary>
internal sealed class Slowdown : Contender
{
    // The best of each way within one measure: with one pair alone a time slice of somebody else's falls on either side of the ratio.
    private const int Pairs = 3;
    private const int State = 0;

    private readonly Action<int> _here;
    private readonly Action<int> _there;
    private readonly IDisposable? _fixture;
    private readonly Partner _partner = new();
    private readonly SharedWords _words = new(1);

    /// <param name="name">What the table calls it.</param>
    /// <param name="here">The loop.</param>
    /// <param name="there">The same for the other thread.</param>
    /// <param name="fixture">Disposed with this.</param>
    /// <param name="leastBatch">Operations that take long against a hand-over.</param>
    public Slowdown(string name, Action<int> here, Action<int> there, IDisposable? fixture = null, int leastBatch = 1 << 13)
        : base(name, leastBatch)
    {
        _here = here;
        IsByMedian = true;
        _there = there;
        _fixture = fixture;
    }

    public override double Measure(int times)
    {
        long alone = long.MaxValue;
        long both = long.MaxValue;
        for (int i = 0; i < Pairs; i++)
        {
            alone = Math.Min(alone, Alone(times));
            both = Math.Min(both, Both(times));
        }

        return (double)both / alone;
    }

    protected override void Dispose(bool disposing)
    {
        _partner.Dispose();
        _words.Dispose();
        _fixture?.Dispose();
    }

    private long Alone(int times)
    {
        long start = MonotonicClock.Nanoseconds;
        _here(times);
        return MonotonicClock.Nanoseconds - start;
    }

    private long Both(int times)
    {
        _words.Write(State, 0);
        _partner.Start(() =>
        {
            _words.Write(State, 1);
            _there(times);
            _words.Write(State, 2);
        });
        _words.Await(State, 1);
        long start = MonotonicClock.Nanoseconds;
        _here(times);
        _words.Await(State, 2);
        long took = MonotonicClock.Nanoseconds - start;
        _partner.Join();
        return took;
    }
}
