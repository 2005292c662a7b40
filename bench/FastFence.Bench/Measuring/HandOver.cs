using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>
/// One thread fires, another one waits on the other core: the median time from before the firing to after the waiting. Both
/// read the clock, so some 30–50 ns of every figure are clock reads; a raw hand-over taken the same way is the unit.
/// </summary>
internal abstract class HandOver : Contender
{
    private const int Round = 0;
    private const int Armed = 1;
    private const int Stamp = 2;
    private const int Done = 3;

    private readonly Partner _partner = new();
    private readonly SharedWords _words = new(4);
    private readonly long _settleNanoseconds;
    private readonly double[] _times = new double[1 << 14];
    private ulong _round;
    private int _measured;

    /// <param name="name">What the table calls it.</param>
    /// <param name="sleeping">The waiter is given time to fall asleep before the firing.</param>
    protected HandOver(string name, bool sleeping)
        : base(name, sleeping ? 16 : 64)
    {
        _settleNanoseconds = sleeping ? 100_000 : 600;
    }

    public override ReadOnlySpan<double> Samples => _times.AsSpan(0, _measured);

    public override double Measure(int times)
    {
        times = Math.Min(times, _times.Length);
        _measured = times;
        ulong first = _round + 1;
        _partner.Start(() => Serve(first, times));
        for (int i = 0; i < times; i++)
        {
            _times[i] = One();
        }

        _partner.Join();
        Array.Sort(_times, 0, times);
        return _times[times / 2];
    }

    public override double Typical(IReadOnlyCollection<double> batches) => batches.Order().ElementAt(batches.Count / 2);

    /// <summary>Makes something new to wait for. Firing thread.</summary>
    protected abstract void Prepare();

    /// <summary>Waits for it. Waiting thread.</summary>
    protected abstract void Await();

    /// <summary>Fires. Firing thread.</summary>
    protected abstract void Fire();

    /// <summary>Puts away what was waited for. Firing thread, after the waiter has returned.</summary>
    protected virtual void PutAway()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _partner.Dispose();
        _words.Dispose();
    }

    private double One()
    {
        Prepare();
        _words.Write(Round, ++_round);
        _words.Await(Armed, _round);
        long settled = MonotonicClock.Nanoseconds + _settleNanoseconds;
        while (MonotonicClock.Nanoseconds < settled)
        {
            Cpu.Pause();
        }

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
