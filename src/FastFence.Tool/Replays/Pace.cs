using FastFence.Platform;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Replays;

/// <summary>Turns times of the capture into times of this machine, and waits for them.</summary>
internal sealed class Pace(ReplaySpeed speed, long firstNs)
{
    /// <summary>
    /// The last part of a wait is not slept: a timer of Linux may fire 50 µs late (timer slack), and the wake takes its time.
    /// </summary>
    private const long YieldNs = 150_000;

    /// <summary>Longest sleep, so that a stop is seen soon.</summary>
    private const long LongestNapNs = 50_000_000;

    /// <summary>From here to the time every cycle counts.</summary>
    private const long SpinNs = 3_000;

    /// <summary>Time from <see cref="Start"/> to the first event: the threads are at their loops then.</summary>
    private const long LeadNs = 20_000_000;

    /// <summary>When the play began.</summary>
    internal long StartNs { get; private set; }

    /// <summary>Starts now.</summary>
    internal void Start() => StartNs = MonotonicClock.Nanoseconds + (speed.IsMax ? 0 : LeadNs);

    /// <summary>When a time of the capture is due here; at full speed everything is due at once (0).</summary>
    internal long DueOf(long captureNs) => speed.IsMax ? 0 : StartNs + (long)((captureNs - firstNs) / speed.Factor);

    /// <summary>Waits for a due time, or until <paramref name="play"/> is stopped.</summary>
    internal static void WaitUntil(long dueNs, Play play)
    {
        while (!play.IsStopped)
        {
            long left = dueNs - MonotonicClock.Nanoseconds;
            if (left <= 0)
            {
                return;
            }

            if (left > YieldNs)
            {
                Nap.For(Math.Min(left - YieldNs, LongestNapNs));
            }
            else if (left > SpinNs)
            {
                CurrentThread.Yield();
            }
            else
            {
                Cpu.Pause();
            }
        }
    }
}
