// From a signal to a method that awaits it, resumed on the thread pool. The firing thread has the first core, the pool's workers are
// kept on the second: where they may run anywhere, one of them now and then lands behind the spinning firing thread and waits
// for its time slice, which says nothing about what is measured. The awaiting method's box is pooled for all contenders alike.
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>One thread fires, a method that awaits goes on.</summary>
internal abstract class AwaitHandOver : Contender
{
    private const int Done = 0;
    private const int Stamp = 1;

    // They wake the pool, which a contender's turn without it has let fall asleep: with one round alone whoever came first in the turn
    // paid for that, and a ratio of equals came out as 2.3.
    private const int WakingRounds = 32;

    private readonly SharedWords _words = new(2);
    private readonly long _settleNanoseconds;
    private readonly double[] _times = new double[1 << 14];
    private ulong _round;
    private int _measured;

    /// <param name="name">What the table calls it.</param>
    /// <param name="poolAsleep">The pool's workers are given time to fall asleep before the firing; else they still look for work.</param>
    protected AwaitHandOver(string name, bool poolAsleep)
        : base(name, poolAsleep ? 16 : 64)
    {
        _settleNanoseconds = poolAsleep ? 300_000 : 600;
    }

    public override ReadOnlySpan<double> Samples => _times.AsSpan(0, _measured);

    public override double Typical(IReadOnlyCollection<double> batches) => batches.Order().ElementAt(batches.Count / 2);

    public override double Measure(int times)
    {
        times = Math.Min(times, _times.Length);
        PoolCores.KeepOnSecond();
        for (int i = 0; i < WakingRounds; i++)
        {
            One();
        }

        for (int i = 0; i < times; i++)
        {
            _times[i] = One();
        }

        _measured = times;
        Array.Sort(_times, 0, times);
        return _times[times / 2];
    }

    /// <summary>Makes something new to await. Firing thread.</summary>
    protected abstract void Prepare();

    /// <summary>Awaits it and calls <see cref="Resumed"/>. Begun on the firing thread, ends on the pool.</summary>
    protected abstract ValueTask ObserveAsync();

    /// <summary>Fires. Firing thread.</summary>
    protected abstract void Fire();

    /// <summary>Puts away what was awaited. Firing thread, after the method has ended.</summary>
    protected virtual void PutAway()
    {
    }

    /// <summary>The awaiting method goes on.</summary>
    protected void Resumed()
    {
        _words.Write(Stamp, (ulong)MonotonicClock.Nanoseconds);
        _words.Write(Done, _round);
    }

    protected override void Dispose(bool disposing) => _words.Dispose();

    private double One()
    {
        _round++;
        Prepare();
        ValueTask observer = ObserveAsync();
        long settled = MonotonicClock.Nanoseconds + _settleNanoseconds;
        while (MonotonicClock.Nanoseconds < settled)
        {
            Cpu.Pause();
        }

        long start = MonotonicClock.Nanoseconds;
        Fire();
        _words.Await(Done, _round);
        while (!observer.IsCompleted)
        {
            Cpu.Pause();
        }

        observer.GetAwaiter().GetResult();
        PutAway();
        return (long)_words.Read(Stamp) - start;
    }
}
