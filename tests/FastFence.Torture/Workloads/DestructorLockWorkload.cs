using System.Runtime.InteropServices;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 18: the last reference falls, and the data is retired, under the very lock that its destructor takes.</summary>
internal sealed unsafe class DestructorLockWorkload : Workload
{
    internal const string DestructorStuck = "destructor-stuck";

    private readonly object _gate = new(); // Monitor: a Lock has no timed enter that names the loser
    private readonly Exporter _exporter;
    private readonly Timeline _timeline;
    private readonly GCHandle _self;
    private readonly TimeSpan _limit;
    private long _staged;
    private long _done;

    internal DestructorLockWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _exporter = run.Engine.CreateExporter("torture-lock");
        _timeline = _exporter.CreateTimeline("torture-lock");
        _self = GCHandle.Alloc(this);
        _limit = Breaks(DestructorStuck) ? TimeSpan.FromMilliseconds(50) : TimeSpan.FromSeconds(10);
        Bodies = [Drop, Drop];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        _exporter.Close();
        if (!RunContext.Until(() => Volatile.Read(ref _done) == _staged, TimeSpan.FromSeconds(20)))
        {
            Report(DestructorStuck, $"{_staged} destructors staged, {_done} done");
        }

        Counters["destructors"] = _done;
    }

    protected override void Dispose(bool disposing) => _self.Free();

    private void Drop()
    {
        while (!Run.IsStopped)
        {
            FenceSource source = Create(_timeline);
            lock (_gate)
            {
                source.Signal();
                source.Dispose();
                _exporter.Retire(GCHandle.ToIntPtr(_self), &Destroy);
                long mine = ++_staged;
                if (Breaks(DestructorStuck))
                {
                    // What the engine never does: wait for the destructor under its lock.
                    RunContext.Until(() => Volatile.Read(ref _done) >= mine, TimeSpan.FromSeconds(5));
                }
            }

            EndRound();
            Run.Rest(1);
        }
    }

    private static void Destroy(nint self)
    {
        DestructorLockWorkload owner = (DestructorLockWorkload)GCHandle.FromIntPtr(self).Target!;
        if (Monitor.TryEnter(owner._gate, owner._limit))
        {
            Monitor.Exit(owner._gate);
        }
        else
        {
            owner.Report(DestructorStuck, $"the lock could not be had for {owner._limit.TotalMilliseconds} ms");
        }

        Interlocked.Increment(ref owner._done);
    }
}
