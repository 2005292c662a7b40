using FastFence.Platform;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 6: an observer spins on signaled and reads the timestamp at once.</summary>
internal sealed class TimestampWorkload : Workload
{
    internal const string NoTimestamp = "no-timestamp";
    internal const string TimeBackwards = "time-backwards";

    private const int Batch = 128;

    private readonly Duel _duel = new();
    private readonly Timeline _timeline;
    private readonly FenceSource[] _sources = new FenceSource[Batch];
    private long _readInTime;

    internal TimestampWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _timeline = run.Engine.CreateTimeline("torture-timestamps");
        Bodies = [() => _duel.Lead(run, Prepare, Signal, After), () => _duel.Follow(Observe)];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        _timeline.Close();
        Counters["fences"] = Rounds * Batch;
        Counters["found_pending_first"] = _readInTime;
    }

    private void Prepare()
    {
        for (int i = 0; i < Batch; i++)
        {
            _sources[i] = Create(_timeline);
        }
    }

    // With a pause after each, or all would be signaled before the observer has looked at the first.
    private void Signal()
    {
        foreach (FenceSource source in _sources)
        {
            source.Signal();
            for (int i = 0; i < 8; i++)
            {
                Cpu.Pause();
            }
        }
    }

    private void After()
    {
        Array.ForEach(_sources, static s => s.Dispose());
        EndRound();
    }

    private void Observe()
    {
        long last = 0;
        for (int i = 0; i < Batch; i++)
        {
            Fence fence = _sources[Breaks(TimeBackwards) ? Batch - 1 - i : i].Fence;
            int spins = 0;
            for (; !fence.IsSignaled && !Breaks(NoTimestamp); spins++)
            {
                if (spins > 256)
                {
                    CurrentThread.Yield();
                }
            }

            _readInTime += spins != 0 ? 1 : 0;
            long time = fence.TimestampNanoseconds;
            if (time <= 0)
            {
                Report(NoTimestamp, $"seqno {fence.Seqno}: signaled, timestamp {time}");
            }
            else if (time < last)
            {
                Report(TimeBackwards, $"seqno {fence.Seqno}: {time} ns after {last} ns");
            }

            last = time;
        }
    }
}
