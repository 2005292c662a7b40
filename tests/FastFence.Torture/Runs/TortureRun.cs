using System.Diagnostics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Torture.Reporting;
using FastFence.Torture.Workloads;

namespace FastFence.Torture.Runs;

/// <summary>One run: all its workloads at once, on one engine where they can; then everything is let go, and judged.</summary>
internal sealed class TortureRun : IDisposable
{
    /// <summary>Bound of the shared engine's limbo: some hundred milliseconds of load behind a parked reader.</summary>
    internal const long MaxLimbo = 1 << 16;

    // Staged and loaded bags, 512 slots each, of two kinds and of some thirty threads: they are counted as limbo beside the bound.
    private const long Slack = 2 * 512 * 2 * 32;

    private const int LookMilliseconds = 20;
    private static readonly TimeSpan s_joinLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_settleLimit = TimeSpan.FromSeconds(30);

    private readonly TortureOptions _options;
    private readonly FenceEngine _engine = new(new FenceEngineOptions { MaxFences = 1 << 20, MaxLimbo = MaxLimbo });
    private readonly RunContext _run;
    private readonly List<Workload> _workloads = [];
    private long _limboMax;

    internal TortureRun(TortureOptions options)
    {
        _options = options;
        _run = new RunContext(options, _engine);
        foreach (WorkloadEntry entry in WorkloadList.All)
        {
            if (options.Only.Count == 0 || options.Only.Contains(entry.Name))
            {
                _workloads.Add(entry.Create(entry, _run));
            }
        }
    }

    /// <summary>Runs to the end, or until stopped.</summary>
    internal TortureReport Execute(TextWriter human, CancellationToken stop)
    {
        List<TortureThread> threads = [];
        foreach (Workload workload in _workloads)
        {
            threads.AddRange(workload.Bodies.Select((body, i) => new TortureThread(workload, i, body, _run.Ledger)));
        }

        if (_options.Break == RunKinds.ThreadThrew)
        {
            threads.Add(new TortureThread(_workloads[0], threads.Count, static () => throw new InvalidOperationException("broken on purpose"), _run.Ledger));
        }

        Stopwatch watch = Stopwatch.StartNew();
        threads.ForEach(static t => t.Start());
        Watch(watch, human, stop);
        _run.Stop();
        double seconds = watch.Elapsed.TotalSeconds;
        TortureReport report = new() { Options = _options, Seconds = seconds, Interrupted = stop.IsCancellationRequested };
        if (JoinAll(threads))
        {
            Judge(report);
        }

        report.LimboMax = _limboMax;
        report.LimboBound = MaxLimbo;
        report.Fill(_run.Ledger, _workloads);
        return report;
    }

    public void Dispose()
    {
        _workloads.ForEach(static w => w.Dispose());
        _engine.Dispose();
    }

    private void Watch(Stopwatch watch, TextWriter human, CancellationToken stop)
    {
        TimeSpan end = TimeSpan.FromSeconds(_options.Seconds);
        TimeSpan next = TimeSpan.FromSeconds(10);
        while (watch.Elapsed < end && !IsBrokenKindFound() && !stop.WaitHandle.WaitOne(LookMilliseconds))
        {
            _limboMax = Math.Max(_limboMax, _engine.GetStatistics().Limbo);
            if (watch.Elapsed >= next)
            {
                human.WriteLine($"{next.TotalSeconds:0} s  {_workloads.Sum(static w => w.Rounds):N0} rounds  {_run.GraceClock:N0} grace periods  "
                    + $"limbo at most {_limboMax:N0}  {_run.Ledger.Counts.Values.Sum():N0} violations");
                human.Flush();
                next += TimeSpan.FromSeconds(10);
            }
        }
    }

    // What --break is for has been shown then.
    private bool IsBrokenKindFound() => _options.Break is { } kind && _run.Ledger.Counts.ContainsKey(kind);

    // A thread that does not end is named; what it may still touch is not freed.
    private bool JoinAll(List<TortureThread> threads)
    {
        bool all = true;
        foreach (TortureThread thread in threads)
        {
            if (!thread.Join(all ? s_joinLimit : TimeSpan.Zero))
            {
                all = false;
                _run.Ledger.Report(RunKinds.ThreadStuck, thread.Workload, "did not end when the run did", thread.Name, thread.ThreadId, null, null);
            }
        }

        return all;
    }

    private void Judge(TortureReport report)
    {
        Break();
        _workloads.ForEach(static w => w.Judge());
        foreach (FenceEngine engine in _workloads.Select(static w => w.OwnEngine).OfType<FenceEngine>().Prepend(_engine))
        {
            engine.Barrier(s_settleLimit);
            EngineStatistics end = engine.GetStatistics();
            report.LiveAtEnd += end.FencesLive + end.CallbackNodesLive;
            report.LimboAtEnd += end.Limbo + end.PrivateDataRetired;
            Count(RunKinds.LeakedFence, end.FencesLive + end.CallbackNodesLive, "slots live after everything was let go");
            Count(RunKinds.NeverSignaled, Math.Abs(end.FencesCreated - end.FencesSignaled), "fences made and not signaled");
            Count(RunKinds.CallbackThrown, end.CallbacksThrown, "callbacks threw");
            Count(RunKinds.PoisonBroken, end.PoisonBroken, "slots were written to after they had been reclaimed");
            Count(RunKinds.SlotLost, end.SlotsLost, "slots were given up");
            Count(RunKinds.LostWake, end.LostWakes, "waiters were woken by the safety poll alone");
        }

        long most = _options.Break == RunKinds.LimboOverBound ? -1 : MaxLimbo + Slack;
        Count(RunKinds.LimboOverBound, Math.Max(0, _limboMax - most), $"slots on limbo beyond {most}");
    }

    private void Count(string kind, long count, string what)
    {
        if (count != 0)
        {
            _run.Ledger.Report(kind, "run", $"{count} {what}");
        }
    }

    // One thing of each kind that only the end shows.
    private unsafe void Break()
    {
        if (_options.Break is not { } kind || !RunKinds.Breakable.Contains(kind))
        {
            return;
        }

        Timeline timeline = _engine.CreateTimeline("broken", new TimelineOptions { Watchdog = Timeout.InfiniteTimeSpan });
        FenceSource source = timeline.CreateFence();
        Fence fence = source.Fence;
        if (kind == RunKinds.NeverSignaled)
        {
            return;
        }

        if (kind == RunKinds.LeakedFence)
        {
            fence.TryAcquire(out _);
        }
        else if (kind == RunKinds.CallbackThrown)
        {
            fence.AddCallback(static (_, _) => throw new InvalidOperationException("broken on purpose"), null, out _);
        }

        FenceSlot* slot = fence.Slot;
        source.Signal();
        source.Dispose();
        if (kind == RunKinds.PoisonBroken)
        {
            _engine.Barrier(s_settleLimit);
            slot->Seqno = 1;

            // Every free slot is looked at once when it is given out.
            List<FenceSource> all = [];
            while (_engine.GetStatistics().PoisonBroken == 0 && timeline.TryCreateFence(out FenceSource next))
            {
                all.Add(next);
            }

            all.ForEach(static s => s.Signal());
            all.ForEach(static s => s.Dispose());
        }
    }
}
