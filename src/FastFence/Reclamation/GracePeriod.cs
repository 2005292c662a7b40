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

    // A reader that reports in a loop does so within some hundred nanoseconds; with a pause and a clock read each these take 2 µs.
    private const int Spins = 48;

    /// <summary>Starts a grace period. Any thread; never blocks.</summary>
    public static GraceToken Start() => new(Domain.Stamp(Domain.Process));

    /// <summary>Is it over? One scan at most. Any thread; never blocks.</summary>
    /// <param name="token">From <see cref="Start"/>.</param>
    public static bool Poll(GraceToken token) => Domain.Poll(Domain.Process, Registry.CurrentReader(), token.Stamp);

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
            return WaitOffline(reader, timeout);
        }
        finally
        {
            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }
        }
    }

    private static bool WaitOffline(ReaderRecord* self, TimeSpan timeout)
    {
        DomainBlock* domain = Domain.Process;
        ulong stamp = Domain.Stamp(domain);
        ulong covered = Domain.Cover(domain, self); // once: it serves all scans for this stamp
        if (Domain.Settle(domain, covered) >= stamp)
        {
            return true;
        }

        int spins = Cpu.UsableCores > 1 ? Spins : 0;
        long deadline = MonotonicClock.After(timeout);
        for (int i = 0; MonotonicClock.Nanoseconds < deadline; i++)
        {
            if (i < spins)
            {
                Cpu.Pause();
            }
            else if (i < spins + YieldsBeforeNaps)
            {
                CurrentThread.Yield();
            }
            else
            {
                Nap.For(NapNanoseconds);
            }

            if (Domain.Settle(domain, covered) >= stamp)
            {
                return true;
            }
        }

        return false;
    }
}
