using System.Diagnostics;
using FastFence.Tool.Runs;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>
/// Faults 7, 12, 14: one thread waits for one, any or all of several fences while another signals them. Every wait ends, with what is
/// true, and by its wake.
/// </summary>
internal sealed class WaitWorkload : Workload
{
    internal const string WakeLost = "wait-wake-lost";
    internal const string AnyWakeLost = "any-wake-lost";
    internal const string AllWakeLost = "all-wake-lost";
    internal const string WrongResult = "wrong-wait-result";

    private const int Most = 12; // beyond nine a group takes a native block

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    // A signaller that is interrupted between closing a fence and waking is late, not lost: then its Signal has not returned either.
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(40);

    private static readonly string[] s_lost = [WakeLost, AnyWakeLost, AllWakeLost];

    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false });
    private readonly Timeline[] _timelines;
    private readonly Duel _duel = new();
    private readonly FenceSource[] _sources = new FenceSource[Most];
    private readonly Fence[] _fences = new Fence[Most];
    private RunRandom _choices;
    private RunRandom _pauses;
    private int _kind;
    private int _count;
    private long _signaledAt;
    private long _lostBefore;

    internal WaitWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _timelines = [.. Enumerable.Range(0, 3).Select(i => _engine.CreateTimeline($"torture-wait-{i}"))];
        _choices = Random(0);
        _pauses = Random(1);
        Bodies = [() => _duel.Lead(run, Prepare, Signal, End), () => _duel.Follow(Wait)];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        _engine.Barrier(s_limit);
        EngineStatistics end = _engine.GetStatistics();
        if (end.FencesLive + end.CallbackNodesLive != 0 && Run.Options.Break == null)
        {
            Report(RunKinds.LeakedFence, $"{end.FencesLive} fences and {end.CallbackNodesLive} nodes are left of {Rounds} waits");
        }

        Counters["waits"] = Rounds;
        Counters["slept"] = end.WaitsSlept;
        Counters["late_wakes"] = end.LostWakes;
    }

    protected override void Dispose(bool disposing) => _engine.Dispose();

    private void Prepare()
    {
        _kind = (int)_choices.Next(3);
        int broken = Array.IndexOf(s_lost, Run.Options.Break);
        _kind = broken >= 0 ? broken : _kind;
        _count = _kind == 0 ? 1 : 1 + (int)_choices.Next(Most);
        for (int i = 0; i < _count; i++)
        {
            _sources[i] = Create(_timelines[i % _timelines.Length]);
            _fences[i] = _sources[i].Fence;
        }

        _lostBefore = _engine.GetStatistics().LostWakes;
        Volatile.Write(ref _signaledAt, 0);
    }

    private void Signal()
    {
        long slept = _engine.GetStatistics().WaitsSlept;
        if (Array.IndexOf(s_lost, Run.Options.Break) >= 0)
        {
            // What is lost is the wake of one who sleeps.
            RunContext.Until(() => _engine.GetStatistics().WaitsSlept != slept, TimeSpan.FromMilliseconds(20));
            LoseNextWake();
        }

        RunContext.Dwell(ref _pauses);
        int first = (int)_pauses.Next((uint)_count);
        for (int i = 0; i < _count; i++)
        {
            _sources[(first + i) % _count].Signal();
        }

        Interlocked.CompareExchange(ref _signaledAt, Stopwatch.GetTimestamp(), 0);
    }

    private void Wait()
    {
        ReadOnlySpan<Fence> fences = _fences.AsSpan(0, _count);
        switch (_kind)
        {
            case 0:
                Check(!_fences[0].Wait(s_limit).IsTimedOut && IsSignaled(0), "one fence");
                break;
            case 1:
                WaitAnyResult any = FenceWait.Any(fences, s_limit, CancellationToken.None);
                Check(!any.IsTimedOut && IsSignaled(any.Index), $"any of {_count}, the winner being {any.Index}");
                break;
            default:
                bool ended = !FenceWait.All(fences, s_limit, CancellationToken.None).IsTimedOut;
                for (int i = 0; i < _count; i++)
                {
                    ended &= IsSignaled(i);
                }

                Check(ended, $"all of {_count}");
                break;
        }

        long now = Stopwatch.GetTimestamp();
        long signaled = Interlocked.CompareExchange(ref _signaledAt, -1, 0);
        if (signaled > 0 && _engine.GetStatistics().LostWakes != _lostBefore && Stopwatch.GetElapsedTime(signaled, now) > s_late)
        {
            Report(s_lost[_kind], $"the wait for {_count} ended by its safety poll {Stopwatch.GetElapsedTime(signaled, now).TotalMilliseconds:0} ms after all had been signaled");
        }
    }

    private bool IsSignaled(int fence) => _fences[fence].IsSignaled != Breaks(WrongResult);

    private void Check(bool holds, string what)
    {
        if (!holds)
        {
            Report(WrongResult, $"a wait for {what} came back, but that is not so");
        }
    }

    private void End()
    {
        for (int i = 0; i < _count; i++)
        {
            _sources[i].Signal(); // the duel may be over before the bout
            _sources[i].Dispose();
        }

        EndRound();
    }

    private unsafe void LoseNextWake() => Atomics.Atomic.ExchangeFull(ref _engine.Block->Pools.LoseWake, 1);
}
