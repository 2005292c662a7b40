using FastFence.Platform;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Runs;

/// <summary>Times a whole grace period every ten milliseconds while the load runs.</summary>
internal sealed class GraceTimer(RunClock clock, double seconds)
{
    private const int EveryMilliseconds = 10;

    // Made before the run: what is measured must not allocate.
    private readonly Second[] _seconds = new Second[(int)Math.Ceiling(seconds) + 1];

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
                Record(start, MonotonicClock.Nanoseconds - start);
            }
        }
    }

    /// <summary>The second with what was timed in it. After the thread has ended.</summary>
    internal SecondSample AddTo(SecondSample sample)
    {
        Second second = _seconds[Math.Min(sample.Second - 1, _seconds.Length - 1)];
        return sample with
        {
            GracePeriods = second.Count,
            GraceMeanNs = second.Total / Math.Max(1, second.Count),
            GraceMaxNs = second.Longest,
        };
    }

    private void Record(long start, long took)
    {
        Recorder.Record(took);
        ref Second second = ref _seconds[Math.Clamp((int)clock.MeasuredSeconds(start), 0, _seconds.Length - 1)];
        second.Count++;
        second.Total += took;
        second.Longest = Math.Max(second.Longest, took);
    }

    private struct Second
    {
        internal long Count;
        internal long Total;
        internal long Longest;
    }
}
