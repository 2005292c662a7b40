// One job at a time, there and back: what an emitter sees of a device that does nothing but answer. Throughput says nothing about it, since
// there very many jobs are on their way at once.
using FastFence.Bench.Measuring;
using FastFence.Platform;

namespace FastFence.Latency.Latencies;

/// <summary>A job is handed in on the one core, done on the other, and its end seen on the first.</summary>
internal abstract class RoundTrip : TimedRounds
{
    private const int Batch = 64;
    private const long SettleNanoseconds = 600;

    private readonly Partner _partner = new();

    /// <param name="name">What the table calls it.</param>
    protected RoundTrip(string name)
        : base(name, Batch, SettleNanoseconds)
    {
    }

    /// <summary>Is the job known to be done? The one who handed it in.</summary>
    protected abstract bool IsDone { get; }

    /// <summary>Takes the next job and ends it. The other thread.</summary>
    protected abstract void ServeOne();

    protected override void Prepare()
    {
    }

    protected override void Begin(int rounds) => _partner.Start(() =>
    {
        for (int i = 0; i < rounds; i++)
        {
            ServeOne();
        }
    });

    protected override double One()
    {
        Prepare();
        Settle();
        long start = MonotonicClock.Nanoseconds;
        Fire();
        while (!IsDone)
        {
        }

        long took = MonotonicClock.Nanoseconds - start;
        PutAway();
        return took;
    }

    protected override void End() => _partner.Join();

    protected override void Dispose(bool disposing) => _partner.Dispose();
}
