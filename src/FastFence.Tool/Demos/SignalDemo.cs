// The demo of silent signals: a million fences, made before, signaled one after the other. Whoever traces the process sees what the
// signalling thread asked the kernel for: between the two marks nothing, but for those fences that a thread sleeps on.
using System.Diagnostics;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Demos;

/// <summary>One demo: the caller's thread signals, a second one sleeps if asked for.</summary>
internal sealed class SignalDemo : IDisposable
{
    // Looked up before and after, so that a trace of the thread shows where the signals begin and end. Neither exists.
    private const string BeginMark = "/fastfence/signals-begin";
    private const string EndMark = "/fastfence/signals-end";

    private const int WarmUp = 20_000;
    private static readonly TimeSpan s_wakeLimit = TimeSpan.FromSeconds(30);

    private readonly SignalDemoOptions _options;
    private readonly FenceEngine _engine = new();
    private readonly Timeline _timeline;
    private readonly FenceSource[] _sources;
    private long _woken;

    internal SignalDemo(SignalDemoOptions options)
    {
        _options = options;
        _timeline = _engine.CreateTimeline("signals", new TimelineOptions { Watchdog = Timeout.InfiniteTimeSpan });
        _sources = new FenceSource[options.Signals];
    }

    /// <summary>Runs to the end; the report is complete.</summary>
    internal SignalReport Execute()
    {
        for (int i = 0; i < WarmUp; i++)
        {
            using FenceSource source = _timeline.CreateFence();
            source.Signal();
        }

        for (int i = 0; i < _sources.Length; i++)
        {
            _sources[i] = _timeline.CreateFence();
        }

        // Somebody waits on this timeline, but for no value that these signals reach: they must not wake it, nor look for it.
        using CancellationTokenSource stop = new();
        Task<WaitResult> far = _timeline.WaitForAsync(ulong.MaxValue, Timeout.InfiniteTimeSpan, stop.Token).AsTask();
        EngineStatistics before = _engine.GetStatistics(); // before the sleeper is there: it may sleep at once
        Thread sleeper = new(Sleep) { Name = "sleeper", IsBackground = true };
        if (_options.Sleepers != 0)
        {
            sleeper.Start();
        }

        long start = Stopwatch.GetTimestamp();
        _ = File.Exists(BeginMark);
        SignalAll(before.WaitsSlept);
        _ = File.Exists(EndMark);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        bool ended = _options.Sleepers == 0 || sleeper.Join(s_wakeLimit);
        EngineStatistics after = _engine.GetStatistics();
        bool early = far.IsCompleted;
        stop.Cancel();
        Array.ForEach(_sources, static s => s.Dispose());
        SignalReport report = new()
        {
            Options = _options,
            Signals = after.FencesSignaled - before.FencesSignaled,
            Seconds = seconds,
            WakeCalls = after.WakeCalls - before.WakeCalls,
            Woken = Interlocked.Read(ref _woken),
        };
        report.AddViolations("wake-calls", Math.Abs(report.WakeCalls - _options.Sleepers));
        report.AddViolations("sleeper-lost", ended ? _options.Sleepers - report.Woken : 1);
        report.AddViolations("lost-wake", after.LostWakes);
        report.AddViolations("far-value-woken", early ? 1 : 0);
        return report;
    }

    public void Dispose()
    {
        _timeline.Dispose();
        _engine.Dispose();
    }

    private void SignalAll(long slept)
    {
        int sleeper = 0;
        int next = IndexOf(0);
        for (int i = 0; i < _sources.Length; i++)
        {
            if (i == next)
            {
                WaitUntilAsleep(slept + sleeper + 1);
                next = IndexOf(++sleeper);
            }

            _sources[i].Signal();
        }
    }

    // The engine counts a waiter when its word says that it sleeps: from then on a signal has to wake it.
    private void WaitUntilAsleep(long sleepers)
    {
        while (_engine.GetStatistics().WaitsSlept < sleepers)
        {
            Thread.Yield();
        }
    }

    private void Sleep()
    {
        for (int i = 0; i < _options.Sleepers; i++)
        {
            if (_sources[IndexOf(i)].Fence.Wait() == FenceStatus.Signaled)
            {
                Interlocked.Increment(ref _woken);
            }
        }
    }

    // Spread over the fences; the fence that a sleeper waits for comes after the one that woke it.
    private int IndexOf(int sleeper) => sleeper >= _options.Sleepers ? -1 : (int)((long)_sources.Length * sleeper / _options.Sleepers);
}
