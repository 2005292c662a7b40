using FastFence.Platform;
using FastFence.Tool.Runs;

namespace FastFence.Torture.Runs;

/// <summary>What the workloads of a run share: one engine, so that they meet there, the ledger, the end.</summary>
internal sealed class RunContext(TortureOptions options, FenceEngine engine)
{
    private volatile bool _stopped;
    private long _graceClock;

    internal TortureOptions Options { get; } = options;

    /// <summary>The engine that most workloads use together.</summary>
    internal FenceEngine Engine { get; } = engine;

    internal Ledger Ledger { get; } = new();

    /// <summary>Time is up: end after this round.</summary>
    internal bool IsStopped => _stopped;

    /// <summary>Whole grace periods that the pipe's updater has waited for: the clock in which ages are told.</summary>
    internal long GraceClock => Volatile.Read(ref _graceClock);

    internal void Stop() => _stopped = true;

    internal void TickGraceClock() => Interlocked.Increment(ref _graceClock);

    /// <summary>Stays a while where a reader or a callback is: mostly not at all, sometimes microseconds, rarely off the core.</summary>
    internal static void Dwell(ref RunRandom random)
    {
        uint kind = random.Next(256);
        if (kind < 32)
        {
            for (uint i = random.Next(2000); i > 0; i--)
            {
                Cpu.Pause();
            }
        }
        else if (kind < 40)
        {
            CurrentThread.Yield();
        }
        else if (kind == 40)
        {
            Thread.Sleep(1);
        }
    }

    /// <summary>Rests, in pieces so that the end of the run is not held up.</summary>
    internal void Rest(int milliseconds)
    {
        for (int left = milliseconds; left > 0 && !_stopped; left -= 10)
        {
            Thread.Sleep(Math.Min(left, 10));
        }
    }

    /// <summary>Waits until something holds; false when it does not in time.</summary>
    internal static bool Until(Func<bool> holds, TimeSpan limit)
    {
        long deadline = MonotonicClock.After(limit);
        for (int i = 0; !holds(); i++)
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }

            if (i < 64)
            {
                CurrentThread.Yield();
            }
            else
            {
                Thread.Sleep(1);
            }
        }

        return true;
    }
}
