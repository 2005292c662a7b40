using FastFence.Torture.Aging;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>
/// Fault 1, bare: objects are replaced, grow older by one with every grace period, are freed and poisoned; casual, nested and
/// online readers say how old what they see is.
/// </summary>
internal sealed class PipeWorkload : Workload
{

    private readonly Exporter _exporter;
    private readonly AgedObjects _objects;

    internal PipeWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _exporter = run.Engine.CreateExporter("torture-pipe");
        _objects = new AgedObjects(run, new AgeBoard(), FreedAs.Poisoned, _exporter);
        AgedReader Reader(int number) => new(run, _objects, number, entry.Name);
        List<Action> bodies = [Update, () => Reader(0).RunCasual(EndRound), () => Reader(1).RunCasual(EndRound), () => Reader(2).RunOnline(EndRound)];
        if (Breaks(AgeKinds.Stale))
        {
            bodies.Add(() => Reader(3).RunLate((objects, index, _) => objects.Board.Age(index) > 1));
        }
        else if (Breaks(AgeKinds.Poison))
        {
            bodies.Add(() => Reader(3).RunLate((objects, index, _) => objects.Board.Age(index) == AgeBoard.Freed));
        }
        else if (Breaks(AgeKinds.Reused))
        {
            bodies.Add(() => Reader(3).RunLate((objects, index, life) =>
                ObjectArena.IsOf(objects.Arena.Read(index, 0), index, out ulong now) && now != life));
        }

        Bodies = bodies;
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    /// <summary>What the readers saw, by age.</summary>
    internal long[] Histogram => _objects.Board.Histogram();

    internal override void Judge()
    {
        _exporter.Close();
        Counters["grace_periods"] = Run.GraceClock;
        Counters["sections"] = Histogram.Sum();
    }

    protected override void Dispose(bool disposing)
    {
        _objects.Dispose();
        _objects.Board.Dispose();
    }

    private void Update()
    {
        var random = Random(0);
        while (!Run.IsStopped)
        {
            if (!_objects.Update(ref random))
            {
                Report(RunKinds.GraceStuck, "a grace period did not end within 30 s", _objects.Board.Age(0));
            }

            EndRound();
        }
    }
}
