using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>A contender whose rounds are timed one by one: its figure is their median, and each of them is kept for percentiles.</summary>
internal abstract class TimedRounds : Contender
{
    private readonly long _settleNanoseconds;
    private readonly double[] _times = new double[1 << 14];
    private int _measured;

    /// <param name="name">What the table calls it.</param>
    /// <param name="batch">Rounds of a batch.</param>
    /// <param name="settleNanoseconds">What the observer is given to come to rest before the firing.</param>
    protected TimedRounds(string name, int batch, long settleNanoseconds)
        : base(name, batch)
    {
        _settleNanoseconds = settleNanoseconds;
        IsByMedian = true;
    }

    public override ReadOnlySpan<double> Samples => _times.AsSpan(0, _measured);

    public override double Measure(int times)
    {
        _measured = Math.Min(times, _times.Length);
        Begin(_measured);
        for (int i = 0; i < _measured; i++)
        {
            _times[i] = One();
        }

        End();
        Array.Sort(_times, 0, _measured);
        return _times[_measured / 2];
    }

    /// <summary>Makes something new to observe. Firing thread.</summary>
    protected abstract void Prepare();

    /// <summary>Fires. Firing thread.</summary>
    protected abstract void Fire();

    /// <summary>Puts away what was observed. Firing thread, after the observer has seen it.</summary>
    protected virtual void PutAway()
    {
    }

    /// <summary>Before so many rounds.</summary>
    protected abstract void Begin(int rounds);

    /// <summary>One round: the nanoseconds from before the firing to where the observer is.</summary>
    protected abstract double One();

    /// <summary>After the last round.</summary>
    protected virtual void End()
    {
    }

    /// <summary>Lets the observer come to rest.</summary>
    protected void Settle()
    {
        long settled = MonotonicClock.Nanoseconds + _settleNanoseconds;
        while (MonotonicClock.Nanoseconds < settled)
        {
            Cpu.Pause();
        }
    }
}
