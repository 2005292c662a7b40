using FastFence.Platform;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Runs;

/// <summary>Times a whole grace period every ten milliseconds while the load runs.</summary>
internal sealed class GraceTimer(RunClock clock)
{
    private const int EveryMilliseconds = 10;

    /// <summary>Read it after the thread has ended.</summary>
    internal LatencyRecorder Recorder { get; } = new();

    /// <summary>The thread's body.</summary>
    internal void Run()
    {
        while (!clock.Sleep(EveryMilliseconds))
        {
            long start = MonotonicClock.Nanoseconds;
            GracePeriod.Synchronize();
            if (clock.IsMeasuring)
            {
                Recorder.Record(MonotonicClock.Nanoseconds - start);
            }
        }
    }
}
