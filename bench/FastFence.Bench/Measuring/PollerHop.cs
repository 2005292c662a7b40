// From a completion word to a method that goes on on the thread pool, by way of a thread that does nothing but look at the word. That thread
// has the second core, as a poller should; all others of the way share the first: whoever writes the word sleeps until the round is over.
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>A word is written, somebody looks at it, and the host's thread pool goes on. All but the one who looks are asleep before.</summary>
internal abstract class PollerHop : TimedRounds
{
    private const int Batch = 16;
    private const int Done = 0;
    private const int Stamp = 1;
    private const int WakingRounds = 4;

    // Longer than a pool thread lingers or spins before it sleeps, pinned to one core with everybody else.
    private const long RestNanoseconds = 60_000;

    private readonly SharedWords _words = new(2);
    private ulong _round;

    /// <param name="name">What the table calls it.</param>
    protected PollerHop(string name)
        : base(name, Batch, RestNanoseconds)
    {
    }

    /// <summary>Begins a batch in which the rounds from the first to the last of these numbers are served. Firing thread.</summary>
    protected virtual void Serve(uint first, uint last)
    {
    }

    /// <summary>Awaits it and calls <see cref="Resumed"/>; or says otherwise who calls that. Begun on the firing thread, ends on the pool.</summary>
    protected abstract ValueTask ObserveAsync();

    /// <summary>The observer goes on.</summary>
    protected unsafe void Resumed()
    {
        _words.Write(Stamp, (ulong)MonotonicClock.Nanoseconds);
        _words.Write(Done, _round);
        Futex.Wake((uint*)_words.At(Done), 1);
    }

    protected override void Dispose(bool disposing) => _words.Dispose();

    protected override void Begin(int rounds)
    {
        Serve((uint)_round + 1, (uint)_round + WakingRounds + (uint)rounds);
        for (int i = 0; i < WakingRounds; i++)
        {
            PoolCores.KeepOnFirst();
            One();
        }
    }

    protected override unsafe double One()
    {
        _round++;
        Prepare();
        ValueTask observer = ObserveAsync();
        Nap.For(RestNanoseconds);
        long start = MonotonicClock.Nanoseconds;
        Fire();
        for (uint before = (uint)_round - 1; (uint)_words.Read(Done) == before;)
        {
            Futex.Wait((uint*)_words.At(Done), before, Futex.NoDeadline);
        }

        while (!observer.IsCompleted)
        {
            Thread.Yield(); // on one core with the pool's thread, which has a few instructions left
        }

        observer.GetAwaiter().GetResult();
        PutAway();
        return (long)_words.Read(Stamp) - start;
    }
}
