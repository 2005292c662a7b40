using System.Collections.Immutable;
using FastFence.Platform;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Runs;

/// <summary>The measured phase: figures and allocations at its ends, and a progress line each second. One thread.</summary>
internal sealed class RunMeasurement(FenceEngine engine, ProgressLine progress, GraceTimer grace, Func<RunFigures> read)
{
    private readonly ImmutableArray<SecondSample>.Builder _series = ImmutableArray.CreateBuilder<SecondSample>(64);
    private readonly LatencyRecorder _retire = new();
    private RunFigures _start;
    private RunFigures _end;
    private long _bytes;

    /// <summary>Measures for so long, or until <paramref name="end"/> says so.</summary>
    internal void Run(double seconds, Func<int, bool> end)
    {
        IReadOnlyList<LatencyCount> before = engine.Poller.GetRetireLatency();
        _start = read();
        RunFigures last = _start;
        long deadline = _start.Nanoseconds + (long)(seconds * 1e9);
        long ownBefore = GC.GetAllocatedBytesForCurrentThread();
        long allBefore = GC.GetTotalAllocatedBytes(precise: true);
        for (int second = 1; ; second++)
        {
            long next = Math.Min(deadline, _start.Nanoseconds + (second * 1_000_000_000L));
            bool stop = false;
            while (!stop && MonotonicClock.Nanoseconds < next)
            {
                stop = end((int)((next - MonotonicClock.Nanoseconds + 999_999) / 1_000_000));
            }

            RunFigures now = read();
            Sample(second, last, now);
            last = now;
            if (stop || now.Nanoseconds >= deadline)
            {
                break;
            }
        }

        // This thread's own allocations (statistics, the line) are the printing thread's, not the engine's.
        long all = GC.GetTotalAllocatedBytes(precise: true) - allBefore;
        _bytes = Math.Max(0, all - (GC.GetAllocatedBytesForCurrentThread() - ownBefore));
        _end = last;
        AddRetireLatency(before, engine.Poller.GetRetireLatency());
        progress.Finish();
    }

    /// <summary>Fills in what was measured. After the threads have ended.</summary>
    internal void AddTo(Report report)
    {
        report.Seconds = (_end.Nanoseconds - _start.Nanoseconds) / 1e9;
        report.FencesCreated = _end.Engine.FencesCreated - _start.Engine.FencesCreated;
        report.FencesSignaled = _end.Engine.FencesSignaled - _start.Engine.FencesSignaled;
        report.CallbacksRun = _end.CallbacksRun - _start.CallbacksRun;
        report.WaitsCompleted = _end.Waits - _start.Waits;
        report.NamesRead = _end.Names - _start.Names;
        report.NamesReadPending = _end.NamesPending - _start.NamesPending;
        report.Describes = _end.Describes - _start.Describes;
        report.ExportersOpened = _end.Opened - _start.Opened;
        report.ExportersClosed = _end.Closed - _start.Closed;
        report.StaleRefused = _end.Engine.StaleRefused - _start.Engine.StaleRefused;
        report.ManagedBytes = _bytes;
        report.RetireLatencyNs = _retire.Summarize();
        report.Series = [.. _series.Select(grace.AddTo)];
    }

    private void Sample(int second, in RunFigures last, in RunFigures now)
    {
        SecondSample sample = new(
            second,
            now.Engine.FencesSignaled - last.Engine.FencesSignaled,
            now.CallbacksRun - last.CallbacksRun,
            now.Waits - last.Waits,
            now.Names - last.Names,
            now.Engine.Limbo,
            now.Engine.FencesLive)
        {
            EndSeconds = (now.Nanoseconds - _start.Nanoseconds) / 1e9,
        };
        _series.Add(sample);
        progress.Print(sample);
    }

    private void AddRetireLatency(IReadOnlyList<LatencyCount> before, IReadOnlyList<LatencyCount> after)
    {
        Dictionary<long, long> counted = before.ToDictionary(c => c.Nanoseconds, c => c.Count);
        foreach (LatencyCount c in after)
        {
            long count = c.Count - counted.GetValueOrDefault(c.Nanoseconds);
            if (count > 0)
            {
                _retire.Record(c.Nanoseconds, count);
            }
        }
    }
}
