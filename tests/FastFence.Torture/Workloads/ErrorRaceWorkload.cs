using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 41: one thread sets an error while another signals. One outcome, whole, and it never changes.</summary>
internal sealed class ErrorRaceWorkload : Workload
{
    internal const string TornOutcome = "torn-outcome";

    private const int Batch = 128;
    private static readonly FenceError s_set = FenceError.DeviceLost;
    private static readonly FenceError s_signaled = FenceError.TimedOut;

    private readonly Duel _duel = new();
    private readonly Timeline _timeline;
    private readonly FenceSource[] _sources = new FenceSource[Batch];
    private readonly bool[] _wasSet = new bool[Batch];
    private readonly FenceStatus[] _seen = new FenceStatus[Batch];
    private long _setFirst;

    internal ErrorRaceWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _timeline = run.Engine.CreateTimeline("torture-errors");
        Bodies = [() => _duel.Lead(run, Prepare, Signal, JudgeBatch), () => _duel.Follow(SetErrors)];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        _timeline.Close();
        Counters["races"] = Rounds * Batch;
        Counters["won_by_the_error"] = _setFirst;
    }

    private void Prepare()
    {
        for (int i = 0; i < Batch; i++)
        {
            _sources[i] = Create(_timeline);
            _ = _sources[i].Fence; // shared from here on
            _wasSet[i] = false;
        }
    }

    private void Signal() => Array.ForEach(_sources, static s => s.Signal(s_signaled));

    private void SetErrors()
    {
        for (int i = 0; i < Batch; i++)
        {
            Fence fence = _sources[i].Fence;
            _wasSet[i] = _sources[i].TrySetError(s_set);
            FenceStatus status = fence.Status;
            _seen[i] = status;
            if (status.IsCompleted && status.State != FenceState.Failed)
            {
                Report(TornOutcome, $"seqno {fence.Seqno}: {status} although whoever signals gives an error");
            }
        }
    }

    private void JudgeBatch()
    {
        for (int i = 0; i < Batch; i++)
        {
            FenceStatus status = _sources[i].Fence.Status;
            bool wasSet = _wasSet[i] != Breaks(TornOutcome);
            FenceStatus expected = FenceStatus.Failed(wasSet ? s_set : s_signaled);
            if (status != expected || (_seen[i].IsCompleted && _seen[i] != status))
            {
                Report(TornOutcome, $"seqno {_sources[i].Fence.Seqno}: {status}, expected {expected}; the other thread saw {_seen[i]}");
            }

            _setFirst += _wasSet[i] ? 1 : 0;
            _sources[i].Dispose();
        }

        EndRound();
    }
}
