using FastFence.Reclamation;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 30: a thread ends inside a section. Its record is recovered and grace periods go on.</summary>
internal sealed class DeadReaderWorkload : Workload
{
    internal const string DeadHeld = "dead-reader-held";

    private readonly TimeSpan _limit;

    internal DeadReaderWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _limit = Breaks(DeadHeld) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(20);
        Bodies = [DieAndWait];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    private void DieAndWait()
    {
        while (!Run.IsStopped)
        {
            using ManualResetEventSlim end = new(!Breaks(DeadHeld));
            Thread thread = new(() =>
            {
                Section.Enter();
                end.Wait(); // broken: it lives on, inside
            })
            { Name = "dies inside", IsBackground = true };
            thread.Start();
            if (!Breaks(DeadHeld))
            {
                thread.Join();
            }
            else
            {
                Run.Rest(50);
            }

            if (!GracePeriod.TrySynchronize(_limit))
            {
                Report(DeadHeld, $"no grace period within {_limit.TotalSeconds} s of a reader's end inside its section");
            }

            end.Set();
            thread.Join();
            EndRound();
            Run.Rest(200);
        }
    }
}
