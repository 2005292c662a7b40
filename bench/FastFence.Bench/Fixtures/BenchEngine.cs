using FastFence.Platform;

namespace FastFence.Bench.Fixtures;

/// <summary>An engine without a poller and a timeline of one emitter, with the engine's default options otherwise.</summary>
internal sealed unsafe class BenchEngine : IDisposable
{
    /// <param name="publishedClock">Publish a clock word once, as a poller does every turn; else every signal reads the clock.</param>
    /// <param name="poison">The engine's default is on.</param>
    /// <param name="ops">Ops of the timeline's exporter.</param>
    /// <param name="magazine">Slots in a magazine.</param>
    /// <param name="recording">Whether the flight recorder runs.</param>
    public BenchEngine(
        bool publishedClock = true, bool poison = true, ExporterOps ops = default, int magazine = Memory.Bag.MaxCapacity, RecordingMode recording = RecordingMode.Off)
    {
        Engine = new FenceEngine(new FenceEngineOptions { StartPoller = false, Poison = poison, MagazineSize = magazine, Recording = recording });
        Timeline = Engine.CreateExporter("bench-driver", ops, 0)
            .CreateTimeline("bench-timeline", new TimelineOptions { SingleEmitter = true, Watchdog = Timeout.InfiniteTimeSpan });
        if (publishedClock)
        {
            Engine.Block->Clock.Publish(MonotonicClock.Nanoseconds);
        }
    }

    /// <summary>The engine.</summary>
    public FenceEngine Engine { get; }

    /// <summary>A timeline that one thread emits on.</summary>
    public Timeline Timeline { get; }

    /// <summary>Another one, for another thread.</summary>
    public Timeline NewTimeline() =>
        Engine.CreateTimeline("bench-other", new TimelineOptions { SingleEmitter = true, Watchdog = Timeout.InfiniteTimeSpan });

    /// <inheritdoc/>
    public void Dispose() => Engine.Dispose();
}
