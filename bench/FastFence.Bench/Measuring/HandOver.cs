using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>
/// One thread fires, another one waits on the other core: the median time from before the firing to after the waiting. Both
/// read the clock, so some 30–50 ns of every figure are clock reads; a raw hand-over taken the same way is the unit.
/// </summary>
internal abstract class HandOver : TimedRounds
{
    private const int Round = 0;
    private const int Armed = 1;
    private const int Stamp = 2;
    private const int Done = 3;

    private readonly Partner _partner = new();
    private readonly SharedWords _words = new(4);
    private ulong _round;

    /// <param name="name">What the table calls it.</param>
    /// <param name="sleeping">The waiter is given time to fall asleep before the firing.</param>
    protected HandOver(string name, bool sleeping)
        : base(name, sleeping ? 16 : 64, sleeping ? 100_000 : 600)
    {
    }

    /// <summary>Waits for it. Waiting thread.</summary>
    protected abstract void Await();

    protected override void Dispose(bool disposing)
    {
        _partner.Dispose();
        _words.Dispose();
    }

    protected override void Begin(int rounds)
    {
        ulong first = _round + 1;
        _partner.Start(() => Serve(first, rounds));
    }

    protected override void End() => _partner.Join();

    protected override double One()
    {
        Prepare();
        _words.Write(Round, ++_round);
        _words.Await(Armed, _round);
        Settle();
        long start = MonotonicClock.Nanoseconds;
        Fire();
        _words.Await(Done, _round);
        PutAway();
        return (long)_words.Read(Stamp) - start;
    }

    private void Serve(ulong first, int times)
    {
        for (ulong round = first; round < first + (ulong)times; round++)
        {
            _words.Await(Round, round);
            _words.Write(Armed, round);
            Await();
            _words.Write(Stamp, (ulong)MonotonicClock.Nanoseconds);
            _words.Write(Done, round);
        }
    }
}
