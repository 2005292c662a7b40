// The demo of awaiting: thousands of methods suspended at once on fences of a simulated GPU, resumed on a few pool threads, fed
// by one poller. Round after round, and measured between two moments at which every method is suspended: nobody runs then, so
// the bytes allocated between them are those of whole rounds.
using System.Diagnostics;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Demos;

/// <summary>One demo; its thread leads, everything else happens on the pool.</summary>
internal sealed class AwaitDemo : IDisposable
{
    private static readonly TimeSpan s_settleLimit = TimeSpan.FromSeconds(20);

    private readonly AwaitDemoOptions _options;
    private readonly FenceEngine _engine = new();
    private readonly Timeline _software;
    private readonly FenceSource _signaled;
    private readonly HeldGpu _gpu;
    private readonly AwaitTally _tally;
    private readonly Task[] _loops;
    private readonly LatencyRecorder _rounds = new();
    private long _notified;
    private int _mostPoolThreads;
    private long _fewestInFlight = long.MaxValue;

    internal AwaitDemo(AwaitDemoOptions options)
    {
        _options = options;
        _software = _engine.CreateTimeline("software");
        _signaled = _software.CreateFence();
        _signaled.Signal();
        _gpu = new HeldGpu(_engine, options.Timelines, options.Awaits);
        _tally = new AwaitTally(options);
        _loops = new Task[options.Awaits];
    }

    /// <summary>Runs to the end, or until stopped; the report is complete.</summary>
    internal AwaitReport Execute(CancellationToken stop)
    {
        _engine.Notified += OnNotified;
        Moment begin = default;
        Moment end = default;
        int led = 0;
        for (int i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new AwaitLoop(_options, _gpu, _tally, _signaled.Fence, i).RunAsync();
        }

        int last = _options.WarmUp + _options.Rounds;
        bool whole = true;
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round <= last; round++)
        {
            // Whoever resumed from the round before has emitted and awaits again: all are suspended, one bank is held, one is empty.
            whole = _tally.WaitForArrivals((round + 1L) * _options.Awaits, stop);
            if (!whole)
            {
                break;
            }

            Look(round, ref started);
            if (round == _options.WarmUp)
            {
                begin = Moment.Take(_tally);
            }

            if (round == last)
            {
                end = Moment.Take(_tally);
            }

            led = round;
            whole = _gpu.Release(round & 1);
        }

        AwaitReport report = ReportOf(begin, end, Math.Max(0, led - _options.WarmUp), stop.IsCancellationRequested);
        report.Threads = ThreadCensus.Take();
        if (report.Threads.Count != 0)
        {
            report.Pollers = report.Threads.GetValueOrDefault(ThreadCensus.Poller);
            report.AddViolations("pollers", Math.Abs(report.Pollers - 1));
        }

        Finish(report, whole);
        return report;
    }

    public void Dispose()
    {
        _software.Dispose();
        _engine.Dispose();
        _gpu.Dispose();
        _tally.Dispose();
    }

    private void Look(int round, ref long started)
    {
        long now = Stopwatch.GetTimestamp();
        if (round > _options.WarmUp)
        {
            _rounds.Record((long)Stopwatch.GetElapsedTime(started, now).TotalNanoseconds);
        }

        if (round >= _options.WarmUp)
        {
            _fewestInFlight = Math.Min(_fewestInFlight, _tally.Suspended - _tally.Resumed);
        }

        _mostPoolThreads = Math.Max(_mostPoolThreads, ThreadPool.ThreadCount);
        started = now;
    }

    private AwaitReport ReportOf(Moment begin, Moment end, int rounds, bool interrupted)
    {
        bool measured = end.Timestamp != 0;
        AwaitReport report = new()
        {
            Options = _options,
            Interrupted = interrupted,
            RoundsDone = rounds,
            Seconds = measured ? Stopwatch.GetElapsedTime(begin.Timestamp, end.Timestamp).TotalSeconds : 0,
            Awaits = measured ? end.Arrived - begin.Arrived : 0,
            AwaitsSuspended = measured ? end.Suspended - begin.Suspended : 0,
            AwaitsCompleted = measured ? end.Resumed - begin.Resumed : 0,
            AwaitsInFlight = measured ? _fewestInFlight : 0,
            ManagedBytes = end.Bytes - begin.Bytes,
            PoolThreads = _mostPoolThreads,
            ContinuationThreads = _tally.Threads,
            RoundNs = _rounds.Summarize(),
        };
        if (measured)
        {
            report.AddViolations("await-of-a-signaled-fence", report.Awaits - report.AwaitsSuspended);
            report.AddViolations("await-missing", Math.Max(0, ((long)_options.Awaits * _options.Rounds) - report.AwaitsCompleted));
            report.AddViolations("managed-bytes", report.Allocates ? report.ManagedBytes : 0);
        }

        report.AddViolations("pool-threads", Math.Max(0, _mostPoolThreads - _options.PoolThreads));
        return report;
    }

    private void Finish(AwaitReport report, bool whole)
    {
        // Stopped early or lost: nobody leads the rounds any more, so everything runs until the loops have ended.
        _tally.Stop();
        _gpu.ReleaseAll();
        if (!Task.WaitAll(_loops, (int)(1000 * _options.Limit)))
        {
            report.AddViolations("await-lost", _loops.Count(static l => !l.IsCompleted));
        }
        else if (!whole && !report.Interrupted && _tally.Refused == 0)
        {
            report.AddViolations("round-too-late", 1);
        }

        _signaled.Dispose(); // its reference counts as live, too
        _engine.Barrier(s_settleLimit);
        EngineStatistics engine = _engine.GetStatistics();
        report.LiveAtEnd = engine.FencesLive + engine.CallbackNodesLive;
        report.AddViolations("wrong-status", _tally.WrongStatus);
        report.AddViolations("resumed-early", _tally.Early);
        report.AddViolations("job-refused", _tally.Refused);
        report.AddViolations("leaked-fence", report.LiveAtEnd);
        report.AddViolations("lost-wake", engine.LostWakes);
        report.AddViolations("engine-notification", Interlocked.Read(ref _notified));
    }

    private void OnNotified(object? sender, FenceEngineNotificationEventArgs e)
    {
        // Late readers are what a loaded machine does to any thread.
        if (e.Kind is NotificationKind.WatchdogFired or NotificationKind.RingFaulted or NotificationKind.CallbackFaulted)
        {
            Interlocked.Increment(ref _notified);
            Console.Error.WriteLine(e.Message);
        }
    }

    private readonly record struct Moment(long Timestamp, long Bytes, long Arrived, long Suspended, long Resumed)
    {
        internal static Moment Take(AwaitTally tally) => new(
            Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes(precise: true), tally.Arrived, tally.Suspended, tally.Resumed);
    }
}
