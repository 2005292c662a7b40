using FastFence.Platform;

namespace FastFence.Latency.Curves;

/// <summary>An engine without a poller's thread that publishes its clock once, as a poller does every turn: no signal reads the clock.</summary>
internal sealed unsafe class GrownEngine : IDisposable
{
    /// <param name="mostFences">Its bound.</param>
    /// <param name="hugePages">Whether it asks for huge pages.</param>
    public GrownEngine(long mostFences = 4L << 20, bool hugePages = false)
    {
        Engine = new FenceEngine(new FenceEngineOptions
        {
            StartPoller = false,
            MaxFences = mostFences,
            HugePages = hugePages,
            DisposeLimit = TimeSpan.FromSeconds(60),
        });
        PublishClock();
    }

    /// <summary>The engine.</summary>
    public FenceEngine Engine { get; }

    /// <summary>A timeline of one emitter, without a watchdog.</summary>
    public Timeline NewTimeline(string name) => Engine.CreateTimeline(name, Habits);

    /// <summary>Of its timelines.</summary>
    public static TimelineOptions Habits { get; } = new() { SingleEmitter = true, Watchdog = Timeout.InfiniteTimeSpan };

    /// <summary>A step of the poller by hand takes the time back when it ends.</summary>
    public void PublishClock() => Engine.Block->Clock.Publish(MonotonicClock.Nanoseconds);

    /// <inheritdoc/>
    public void Dispose() => Engine.Dispose();
}
