using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>A loop that is measured while another thread does something else until told to stop.</summary>
internal sealed class BesideLoop : Contender
{
    private const int State = 0;
    private const ulong Running = 1;
    private const ulong Stop = 2;

    private readonly Action<int> _loop;
    private readonly Action<Func<bool>> _beside;
    private readonly IDisposable? _fixture;
    private readonly Partner _partner = new();
    private readonly SharedWords _words = new(1);

    /// <param name="name">What the table calls it.</param>
    /// <param name="loop">What is measured.</param>
    /// <param name="beside">What the other thread does while its argument answers true.</param>
    /// <param name="fixture">Disposed with this.</param>
    /// <param name="leastBatch">See <see cref="Contender.LeastBatch"/>.</param>
    public BesideLoop(string name, Action<int> loop, Action<Func<bool>> beside, IDisposable? fixture = null, int leastBatch = 64)
        : base(name, leastBatch)
    {
        _loop = loop;
        _beside = beside;
        _fixture = fixture;
    }

    public override double Measure(int times)
    {
        _words.Write(State, 0);
        _partner.Start(() =>
        {
            _words.Write(State, Running);
            _beside(() => _words.Read(State) != Stop);
        });
        _words.Await(State, Running);
        long start = MonotonicClock.Nanoseconds;
        _loop(times);
        long took = MonotonicClock.Nanoseconds - start;
        _words.Write(State, Stop);
        _partner.Join();
        return (double)took / times;
    }

    protected override void Dispose(bool disposing)
    {
        _partner.Dispose();
        _words.Dispose();
        _fixture?.Dispose();
    }
}
