using System.Diagnostics;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Demos;

/// <summary>
/// Exporters come and go, one a round, while observers read the names of their fences, a thread sleeps in their wait op, callbacks of
/// their code stand on a fence of somebody else's engine, and some of their signaled fences are held to the end.
/// </summary>
internal sealed unsafe class UnloadDemo : IDisposable
{
    private const int CallbacksOfARound = 2;

    private static readonly TimeSpan s_settleLimit = TimeSpan.FromSeconds(20);

    // Calls of exporters' code by somebody else's fence: late ones came after the unload.
    private static long s_called;

    private readonly UnloadDemoOptions _options;
    private readonly FenceEngine _engine = new();
    private readonly FenceEngine _other = new();
    private readonly Timeline _foreign;
    private readonly UnloadFences _fences;
    private readonly List<FenceSource> _held = [];
    private readonly LatencyRecorder _times = new();
    private readonly Dictionary<UnloadStep, LatencyRecorder> _steps = [];
    private UnloadDemoReport _report = null!;

    internal UnloadDemo(UnloadDemoOptions options)
    {
        _options = options;
        _foreign = _other.CreateTimeline("foreign", new TimelineOptions { Watchdog = Timeout.InfiniteTimeSpan });
        _fences = new UnloadFences(options.Fences);
    }

    public void Dispose()
    {
        _engine.Dispose();
        _foreign.Dispose();
        _other.Dispose();
    }

    /// <summary>Called after a round in or before which something was found wrong.</summary>
    internal Action OnViolation { get; set; } = static () => { };

    internal UnloadDemoReport Execute(CancellationToken stop)
    {
        _report = new UnloadDemoReport { Options = _options };
        Volatile.Write(ref s_called, 0);
        UnloadObserver[] observers = [.. Enumerable.Range(0, _options.Observers).Select(i => new UnloadObserver(_fences, _options.Break, i))];
        long begin = Stopwatch.GetTimestamp();
        int rounds = 0;
        while (rounds < _options.Rounds && !stop.IsCancellationRequested)
        {
            Round(rounds++);
            if (!_report.IsClean || Array.Exists(observers, static o => o.WrongNames + o.LateReads != 0))
            {
                OnViolation();
            }
        }

        _report.Seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        _report.RoundsDone = rounds;
        _report.Interrupted = rounds < _options.Rounds;
        Array.ForEach(observers, o => o.Stop());
        Sum(observers);
        Finish();
        return _report;
    }

    private void Round(int round)
    {
        UnloadDriver driver = new(_engine, round);
        driver.Exporter.Skip = _options.Break == UnloadDemoBreak.KeepCallbacks ? UnloadSkip.Callbacks : UnloadSkip.None;
        FenceSource[] sources = new FenceSource[_options.Fences];
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i] = driver.Timeline.CreateFence();
            _fences.Put(i, sources[i].Fence, round);
        }

        FenceSource foreign = _foreign.CreateFence();
        for (int i = 0; i < CallbacksOfARound; i++)
        {
            foreign.Fence.AddCallback(&Called, 0, driver.Exporter.CodeOwner, out _);
        }

        Fence last = sources[^1].Fence;
        Thread sleeper = new(() => last.Wait()) { IsBackground = true };
        sleeper.Start();
        while (!driver.HasSleeper)
        {
            Thread.Yield();
        }

        for (int i = 0; i < sources.Length / 2; i++)
        {
            sources[i].Signal();
        }

        if (_options.Break == UnloadDemoBreak.EarlyFree)
        {
            driver.FreeNamesAtOnce();
            Thread.Sleep(1);
        }

        Unload(driver);
        sleeper.Join();

        // What of its code were registered would now be called after it has gone.
        long called = Volatile.Read(ref s_called);
        foreign.Signal();
        foreign.Dispose();
        _report.AddViolations("called-after-unload", Volatile.Read(ref s_called) - called);
        End(sources);
    }

    private void Unload(UnloadDriver driver)
    {
        UnloadReport unload;
        long begin = Stopwatch.GetTimestamp();
        using (Stuck? stuck = _options.Break == UnloadDemoBreak.StuckReader && driver.Number == 0 ? new Stuck() : null)
        {
            unload = driver.Exporter.UnloadAsync(TimeSpan.FromSeconds(_options.Limit)).GetAwaiter().GetResult();
        }

        _times.Record((long)Stopwatch.GetElapsedTime(begin).TotalNanoseconds);
        foreach (UnloadTime time in unload.Steps)
        {
            if (!_steps.TryGetValue(time.Step, out LatencyRecorder? recorder))
            {
                _steps[time.Step] = recorder = new LatencyRecorder();
            }

            recorder.Record((long)time.Elapsed.TotalNanoseconds);
        }

        _report.FencesSignaled += unload.FencesSignaled;
        _report.SleepersWoken += unload.SleepersWoken;
        _report.CallbacksRemoved += unload.CallbacksRemoved;
        _report.AddViolations("held-up", unload.IsComplete ? 0 : 1);
        foreach (UnloadHolder holder in unload.HeldBy)
        {
            Console.Error.WriteLine(holder);
        }

        if (!unload.IsComplete)
        {
            unload = driver.Exporter.UnloadAsync(TimeSpan.FromSeconds(_options.Limit)).GetAwaiter().GetResult();
        }

        // The names go with their driver; nobody can read them any more.
        if (unload.IsComplete && _options.Break != UnloadDemoBreak.EarlyFree)
        {
            driver.RetireNames();
        }
    }

    // A few stay for ever; the others are replaced in the observers' table by the next round's.
    private void End(FenceSource[] sources)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            if (i < _options.Held)
            {
                _held.Add(sources[i]);
            }
            else
            {
                sources[i].Dispose();
            }
        }
    }

    private void Sum(UnloadObserver[] observers)
    {
        foreach (UnloadObserver observer in observers)
        {
            _report.NamesRead += observer.NamesRead;
            _report.NamesReadPending += observer.NamesReadPending;
            _report.Describes += observer.Describes;
            _report.AddViolations("wrong-name", observer.WrongNames);
            _report.AddViolations("late-read", observer.LateReads);
        }
    }

    private void Finish()
    {
        _report.Held = _held.Count;
        _report.AddViolations("held-fence-changed", _held.Count(s => s.Fence.Status != FenceStatus.Signaled));
        _held.ForEach(s => s.Dispose());
        _engine.Barrier(s_settleLimit);
        _other.Barrier(s_settleLimit);
        EngineStatistics engine = _engine.GetStatistics();
        EngineStatistics other = _other.GetStatistics();
        _report.LiveAtEnd = engine.FencesLive + engine.CallbackNodesLive + other.FencesLive + other.CallbackNodesLive;
        _report.AddViolations("leaked-slot", _report.LiveAtEnd);
        _report.AddViolations("poison-broken", engine.PoisonBroken + other.PoisonBroken);
        _report.UnloadNs = _times.Summarize();
        foreach ((UnloadStep step, LatencyRecorder recorder) in _steps)
        {
            _report.StepNs[step.ToString()] = recorder.Summarize();
        }
    }

    private static void Called(Fence fence, nint state) => Interlocked.Increment(ref s_called);

    // A section that outlasts the limit.
    private sealed class Stuck : IDisposable
    {
        private readonly ManualResetEventSlim _inside = new();
        private readonly ManualResetEventSlim _leave = new();
        private readonly Thread _thread;

        internal Stuck()
        {
            _thread = new Thread(Run) { Name = "stuck reader", IsBackground = true };
            _thread.Start();
            _inside.Wait();
        }

        public void Dispose()
        {
            _leave.Set();
            _thread.Join();
            _inside.Dispose();
            _leave.Dispose();
        }

        private void Run()
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            _inside.Set();
            _leave.Wait();
        }
    }
}
