using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>
/// A loop that is timed while another thread races it for the same objects. They are made before each batch and put away after it, off
/// the clock. Its figure is a median: a minimum would pick the batches in which the other thread came late.
/// </summary>
internal abstract class RacingLoop : Contender
{
    private const int State = 0;
    private const ulong Ready = 1;
    private const ulong Go = 2;

    private readonly Partner _partner = new();
    private readonly SharedWords _words = new(1);

    /// <param name="name">What the table calls it.</param>
    /// <param name="leastBatch">See <see cref="Contender.LeastBatch"/>.</param>
    protected RacingLoop(string name, int leastBatch)
        : base(name, leastBatch) =>
        IsByMedian = true;

    public override double Measure(int times)
    {
        Prepare(times);
        _words.Write(State, 0);
        _partner.Start(() =>
        {
            _words.Write(State, Ready);
            _words.Await(State, Go);
            Race(times);
        });
        _words.Await(State, Ready);
        long start = MonotonicClock.Nanoseconds;
        _words.Write(State, Go);
        Run(times);
        long took = MonotonicClock.Nanoseconds - start;
        _partner.Join();
        PutAway();
        return (double)took / times;
    }

    /// <summary>Makes what a batch of so many operations needs. The timed thread, off the clock.</summary>
    protected abstract void Prepare(int times);

    /// <summary>The operations. The timed thread; has the other one end.</summary>
    protected abstract void Run(int times);

    /// <summary>What the other thread does meanwhile.</summary>
    protected abstract void Race(int times);

    /// <summary>Puts everything away. The timed thread, off the clock.</summary>
    protected abstract void PutAway();

    protected override void Dispose(bool disposing)
    {
        _partner.Dispose();
        _words.Dispose();
    }
}
