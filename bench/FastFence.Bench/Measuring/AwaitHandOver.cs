// From a signal to a method that awaits it, resumed on the thread pool. The firing thread has the first core, the pool's workers are
// kept on the second: where they may run anywhere, one of them now and then lands behind the spinning firing thread and waits
// for its time slice, which says nothing about what is measured. The awaiting method's box is pooled for all contenders alike.
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>One thread fires, a method that awaits goes on.</summary>
internal abstract class AwaitHandOver : TimedRounds
{
    private const int Done = 0;
    private const int Stamp = 1;

    // They wake the pool, which a contender's turn without it has let fall asleep: with one round alone whoever came first in the turn
    // paid for that, and a ratio of equals came out as 2.3.
    private const int WakingRounds = 32;

    private readonly SharedWords _words = new(2);
    private ulong _round;

    /// <param name="name">What the table calls it.</param>
    /// <param name="poolAsleep">The pool's workers are given time to fall asleep before the firing; else they still look for work.</param>
    protected AwaitHandOver(string name, bool poolAsleep)
        : base(name, poolAsleep ? 16 : 64, poolAsleep ? 300_000 : 600)
    {
    }

    /// <summary>Awaits it and calls <see cref="Resumed"/>. Begun on the firing thread, ends on the pool.</summary>
    protected abstract ValueTask ObserveAsync();

    /// <summary>The awaiting method goes on.</summary>
    protected void Resumed()
    {
        _words.Write(Stamp, (ulong)MonotonicClock.Nanoseconds);
        _words.Write(Done, _round);
    }

    protected override void Dispose(bool disposing) => _words.Dispose();

    protected override void Begin(int rounds)
    {
        PoolCores.KeepOnSecond();
        for (int i = 0; i < WakingRounds; i++)
        {
            One();
        }
    }

    protected override double One()
    {
        _round++;
        Prepare();
        ValueTask observer = ObserveAsync();
        Settle();
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
