using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>A point in time of the reclamation domain; when it is complete, every section open at that time has ended.</summary>
/// <param name="Stamp">The phase that was drawn.</param>
public readonly record struct GraceToken(ulong Stamp);

/// <summary>Grace periods by token (the API of DPDK's rcu and FreeBSD's SMR). One domain serves the whole process.</summary>
public static unsafe class GracePeriod
{
    private const long NapNanoseconds = 50_000;
    private const int YieldsBeforeNaps = 64;

    /// <summary>Starts a grace period. Any thread; never blocks.</summary>
    public static GraceToken Start() => new(Domain.Stamp(Domain.Process));

    /// <summary>Is it over? One scan at most. Any thread; never blocks.</summary>
    /// <param name="token">From <see cref="Start"/>.</param>
    public static bool Poll(GraceToken token) => Domain.Poll(Domain.Process, token.Stamp);

    /// <summary>
    /// Waits for a whole grace period. May park; an online reader goes offline meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">Inside an access section: it would wait for itself.</exception>
    public static void Synchronize() => TrySynchronize(Timeout.InfiniteTimeSpan);

    /// <summary>Waits for a whole grace period, at most so long; false when a reader was late.</summary>
    /// <param name="timeout">How long, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <exception cref="InvalidOperationException">Inside an access section: it would wait for itself.</exception>
    public static bool TrySynchronize(TimeSpan timeout)
    {
        Section.ThrowBeforeGrace("Waiting for a grace period");
        ReaderRecord* reader = Registry.CurrentReader();
        bool online = Reader.TryLeave(reader);
        try
        {
            return WaitOffline(Start(), timeout);
        }
        finally
        {
            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }
        }
    }

    private static bool WaitOffline(GraceToken token, TimeSpan timeout)
    {
        long deadline = MonotonicClock.After(timeout);
        for (int i = 0; !Poll(token); i++)
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }

            if (i < YieldsBeforeNaps)
            {
                CurrentThread.Yield();
            }
            else
            {
                Nap.For(NapNanoseconds);
            }
        }

        return true;
    }
}
