using FastFence.Platform;
using FastFence.Tool.Runs;
using FastFence.Tool.Scenarios.Faults;

namespace FastFence.Tool.Scenarios;

/// <summary>Runs scenarios one after the other, each with an engine and a device of its own.</summary>
internal sealed class ScenarioRun(ScenarioOptions options, CancellationToken stop)
{
    private const long KillLimitNanoseconds = 1_000_000_000;

    private readonly ScenarioTally _tally = new(options.Break);
    private readonly ScenarioReport _report = new() { Options = options };
    private IReadOnlyList<string> _plan = [];

    internal ScenarioReport Execute()
    {
        long start = MonotonicClock.Nanoseconds;
        (IEnumerable<ScenarioEntry> entries, string plan) = ScenarioList.Find(options.Scenario);
        _plan = options.Faults.Count != 0 || plan.Length == 0 ? options.Faults : plan.Split(',');
        foreach (ScenarioEntry entry in entries)
        {
            if (entry.Obstacle?.Invoke() is { } obstacle)
            {
                _report.Skipped[entry.Name] = obstacle;
                continue;
            }

            using ScenarioStage on = new(options, _tally, stop, dataBytes: entry.Name == "copy" ? CopyScenario.DataBytes : 0);
            Play(entry.Name, on, options.Count != 0 ? options.Count : plan.Length == 0 ? entry.Rounds : 3 * _plan.Count);
            on.Settle();
            _report.Lives += on.Gpu.Lives;
        }

        foreach ((string kind, long count) in _tally.Counts)
        {
            _report.AddViolations($"{kind} {_tally.Details[kind]}".Trim(), count);
        }

        _report.Interrupted = stop.IsCancellationRequested;
        _report.Seconds = (MonotonicClock.Nanoseconds - start) / 1e9;
        return _report;
    }

    private void Play(string name, ScenarioStage on, int count)
    {
        long deadline = options.Minutes == 0 ? long.MaxValue : MonotonicClock.After(TimeSpan.FromMinutes(options.Minutes));
        bool Ends(int round) => round >= count || stop.IsCancellationRequested || MonotonicClock.Nanoseconds >= deadline;
        switch (name)
        {
            case "kill":
                Rounds(Ends, on, Row(name), Kill);
                break;
            case "hang":
                Rounds(Ends, on, Row(name), static (stage, row) => FaultPlan.Play("hang", stage, row));
                break;
            case "stop":
                Rounds(Ends, on, Row(name), Stand);
                break;
            case "faults":
                Faults(Ends, on);
                break;
            case "fuzz":
                Rounds(Ends, on, Row(name), Fuzz);
                break;
            case "still-running":
                Rounds(Ends, on, Row(name), StillRunning.Play);
                break;
            case "error-codes":
                Rounds(Ends, on, Row(name), ErrorCodes.Play);
                break;
            case "callback-order":
                Rounds(Ends, on, Row(name), (stage, row) => CallbackOrder.Play(stage, row, _tally));
                break;
            case "teardown-inside":
                Rounds(Ends, on, Row(name), (stage, row) => TeardownInside.Play(stage, row, _tally));
                break;
            case "poller-stalled":
                Rounds(Ends, on, Row(name), (stage, row) => StalledPoller.Play(stage, row, _tally));
                break;
            case "stopped-producer":
                Rounds(Ends, on, Row(name), (stage, row) => StoppedProducer.Play(stage, row, _tally));
                break;
            case "host-exit":
                Rounds(Ends, on, Row(name), (stage, row) => HostExit.Play(stage, row, _tally));
                break;
            case "long-batch":
                Rounds(Ends, on, Row(name), (_, row) => LongBatch.Play(row, _tally));
                break;
            default:
                new CopyScenario(on, _tally).Run(Ends, Row(name));
                break;
        }
    }

    private static void Rounds(Func<int, bool> ends, ScenarioStage on, ScenarioRow row, Action<ScenarioStage, ScenarioRow> play)
    {
        for (int round = 0; !ends(round); round++)
        {
            play(on, row);
        }
    }

    private void Faults(Func<int, bool> ends, ScenarioStage on)
    {
        IReadOnlyList<string> names = _plan.Count != 0 ? _plan : FaultPlan.Names;
        Dictionary<string, ScenarioRow> rows = names.ToDictionary(static n => n, n => Row(n), StringComparer.Ordinal);
        for (int round = 0; !ends(round); round++)
        {
            // Each once, then at random; those that cost half a second stay rare.
            string fault = round < names.Count ? names[round] : names[(int)on.Random.Next((uint)names.Count)];
            fault = round >= names.Count && fault == FaultPlan.HostStopped && on.Random.Next(20) != 0 ? names[0] : fault;
            FaultPlan.Play(fault, on, rows[fault]);
        }
    }

    // kill -9 with a ring full of jobs: all end, at once, and the rings go on.
    private void Kill(ScenarioStage on, ScenarioRow row)
    {
        row.Rounds++;
        foreach (FenceRing ring in (ReadOnlySpan<FenceRing>)[on.Steady, on.Innocent])
        {
            on.Emit(ring, 200, EndSet.Signaled | EndSet.Lost, most: 200_000);
        }

        Thread.Sleep((int)on.Random.Next(20));
        long start = MonotonicClock.Nanoseconds;
        on.Gpu.Kill();
        on.Book.End(row);
        long took = MonotonicClock.Nanoseconds - start;
        row.LongestNs = Math.Max(row.LongestNs, took);
        _tally.Count("too-late", took > (_tally.Breaks("too-late") ? 0 : KillLimitNanoseconds) ? 1 : 0, "a waiter of a killed device's fence needed more than a second");
        on.Probe(row);
    }

    // Five seconds of SIGSTOP, which is less than the steady rings' watchdog: nothing ends with an error, nothing twice.
    private static void Stand(ScenarioStage on, ScenarioRow row)
    {
        row.Rounds++;
        on.Emit(on.Steady, 100, EndSet.Signaled);
        on.Emit(on.Innocent, 100, EndSet.Signaled);
        on.Gpu.Suspend();
        Thread.Sleep(5_000);
        on.Gpu.Continue();
        on.Book.End(row);
        on.Probe(row);
    }

    // Random bytes into all that the device may write, while jobs run: any end is allowed, but each once, and no crash.
    private static void Fuzz(ScenarioStage on, ScenarioRow row)
    {
        row.Rounds++;
        EndSet any = EndSet.Signaled | EndSet.TimedOut | EndSet.Lost;
        for (int i = 0; i < 4; i++)
        {
            on.Emit(on.Steady, 8, any);
            on.Emit(on.Innocent, 8, any);
            on.Gpu.Scribble(on.Random.Next(uint.MaxValue), writes: 64);
        }

        on.Emit(on.Quick, 4, any);
        on.Book.End(row);
    }

    private ScenarioRow Row(string name)
    {
        ScenarioRow row = new(name);
        _report.Rows.Add(row);
        return row;
    }
}
