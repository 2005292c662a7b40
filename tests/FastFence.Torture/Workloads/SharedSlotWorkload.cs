using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 21: one shared word, replaced as fast as it goes, while others acquire from it.</summary>
internal sealed class SharedSlotWorkload : Workload
{
    internal const string StaleObject = "stale-object";
    internal const string FreedWhileHeld = "freed-while-held";

    private readonly Timeline _timeline;
    private ulong _slot;
    private ulong _published;
    private long _acquired;

    internal SharedSlotWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _timeline = run.Engine.CreateTimeline("torture-slot");
        Bodies = [Replace, () => Acquire(1), () => Acquire(2)];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        _timeline.Close();
        Counters["acquired"] = _acquired;
        Counters["replaced"] = (long)_published;
    }

    private void Replace()
    {
        FenceSource current = default;
        while (!Run.IsStopped)
        {
            if (!_timeline.TryCreateFence(out FenceSource next))
            {
                Thread.Sleep(1);
                continue;
            }

            Fence fence = next.Fence;
            Interlocked.Exchange(ref _slot, fence.Value);
            Volatile.Write(ref _published, fence.Seqno);
            current.Dispose(); // pending: it ends as canceled
            current = next;
            if (fence.Seqno % 64 == 0)
            {
                Thread.Yield();
                EndRound();
            }
        }

        Interlocked.Exchange(ref _slot, 0);
        current.Dispose();
    }

    private void Acquire(int thread)
    {
        var random = Random(thread);
        while (!Run.IsStopped)
        {
            // Broken, the reference is taken before the look at what is newest.
            ulong before = Volatile.Read(ref _published);
            if (!Fence.TryAcquireFrom(ref _slot, out FenceRef reference))
            {
                continue; // the word is empty before the first fence and after the last
            }

            if (Breaks(StaleObject))
            {
                Run.Rest(1);
                before = Volatile.Read(ref _published);
            }

            ulong seqno = reference.Fence.Seqno;
            RunContext.Dwell(ref random);
            if (Breaks(FreedWhileHeld))
            {
                reference.Dispose();
                Run.Rest(1);
            }

            if (reference.Fence.Status.State == FenceState.Stale)
            {
                Report(FreedWhileHeld, $"seqno {seqno}: the fence is gone under its reference");
            }

            if (seqno < before)
            {
                Report(StaleObject, $"seqno {seqno} was acquired after {before} had replaced it", (long)(before - seqno));
            }

            if (!Breaks(FreedWhileHeld))
            {
                reference.Dispose();
            }

            Interlocked.Increment(ref _acquired);
        }
    }
}
