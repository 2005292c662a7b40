using FastFence.Reclamation;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 36: a thread ends with staged frees, fewer than seal a bag. Others adopt and reclaim them.</summary>
internal sealed class DeadStagedWorkload : Workload
{
    internal const string NotAdopted = "not-adopted";

    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, MaxFences = 1 << 16 });
    private readonly Timeline _timeline;
    private readonly TimeSpan _limit;

    internal DeadStagedWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _limit = Breaks(NotAdopted) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(20);
        _timeline = _engine.CreateTimeline("torture-staged");
        Bodies = [StageAndDie];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override FenceEngine OwnEngine => _engine;

    internal override void Judge() => Counters["slots_reclaimed"] = _engine.GetStatistics().SlotsReclaimed;

    protected override void Dispose(bool disposing) => _engine.Dispose();

    private void StageAndDie()
    {
        var random = Random(0);
        while (!Run.IsStopped)
        {
            uint count = 1 + random.Next(100);
            if (Breaks(NotAdopted))
            {
                Section.Enter(); // what is staged from here on cannot ripen
            }

            Thread thread = new(() => Stage(count)) { Name = "dies with staged frees" };
            thread.Start();
            thread.Join();

            // Not Barrier: that would take them itself. The housekeeper has to.
            if (!RunContext.Until(() => _engine.GetStatistics().Limbo == 0, _limit))
            {
                Report(NotAdopted, $"{_engine.GetStatistics().Limbo} of {count} slots are still on limbo {_limit.TotalSeconds} s after their thread's end");
            }

            if (Breaks(NotAdopted))
            {
                Section.Exit();
            }

            EndRound();
            Run.Rest(20);
        }
    }

    private void Stage(uint count)
    {
        for (uint i = 0; i < count && _timeline.TryCreateFence(out FenceSource source); i++)
        {
            source.Signal();
            source.Dispose();
        }
    }
}
