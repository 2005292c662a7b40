using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>
/// Two threads do the same at once, or two ends of one thing: wall time until both are through, divided by the operations of
/// both, or of one end.
/// </summary>
internal sealed class TwoThreadLoop : Contender
{
    private const int Ready = 0;

    private readonly Action<int> _here;
    private readonly Action<int> _there;
    private readonly bool _sameTwice;
    private readonly IDisposable? _fixture;
    private readonly Partner _partner = new();
    private readonly SharedWords _words = new(1);

    public TwoThreadLoop(
        string name, Action<int> here, Action<int> there, bool sameTwice, IDisposable? fixture = null, int leastBatch = 1 << 14)
        : base(name, leastBatch)
    {
        _here = here;
        _there = there;
        _sameTwice = sameTwice;
        _fixture = fixture;
    }

    public override double Measure(int times)
    {
        _words.Write(Ready, 0);
        _partner.Start(() =>
        {
            _words.Write(Ready, 1);
            _there(times);
            _words.Write(Ready, 2);
        });
        _words.Await(Ready, 1);
        long start = MonotonicClock.Nanoseconds;
        _here(times);
        _words.Await(Ready, 2);
        long took = MonotonicClock.Nanoseconds - start;
        _partner.Join();
        return took / ((_sameTwice ? 2.0 : 1.0) * times);
    }

    protected override void Dispose(bool disposing)
    {
        _partner.Dispose();
        _words.Dispose();
        _fixture?.Dispose();
    }
}
