using FastFence.Bench.Measuring;
using FastFence.Platform;

namespace FastFence.Latency.Latencies;

/// <summary>Something that takes long against a clock read, timed call by call, while another thread does something else.</summary>
internal sealed class TimedBeside : TimedRounds
{
    private const int Batch = 64;
    private const int State = 0;
    private const ulong Running = 1;
    private const ulong Stop = 2;

    private readonly Action _call;
    private readonly Action<Func<bool>> _beside;
    private readonly Partner _partner = new();
    private readonly SharedWords _words = new(1);

    /// <param name="name">What the table calls it.</param>
    /// <param name="call">What is timed.</param>
    /// <param name="beside">What the other thread does while its argument answers true.</param>
    public TimedBeside(string name, Action call, Action<Func<bool>> beside)
        : base(name, Batch, settleNanoseconds: 0)
    {
        _call = call;
        _beside = beside;
    }

    protected override void Begin(int rounds)
    {
        _words.Write(State, 0);
        _partner.Start(() =>
        {
            _words.Write(State, Running);
            _beside(() => _words.Read(State) != Stop);
        });
        _words.Await(State, Running);
    }

    protected override void Prepare()
    {
    }

    protected override void Fire() => _call();

    protected override double One()
    {
        long start = MonotonicClock.Nanoseconds;
        Fire();
        return MonotonicClock.Nanoseconds - start;
    }

    protected override void End()
    {
        _words.Write(State, Stop);
        _partner.Join();
    }

    protected override void Dispose(bool disposing)
    {
        _partner.Dispose();
        _words.Dispose();
    }
}
