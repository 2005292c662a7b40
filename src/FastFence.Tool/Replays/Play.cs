using FastFence.Tool.Cli;

namespace FastFence.Tool.Replays;

/// <summary>What the submitting thread and the device's thread share while a plan is played.</summary>
internal sealed class Play(ReplayPlan plan, ReplaySpeed speed, ReplayRings rings, SignalRecords records)
{
    private readonly int[] _rank = RankOf(plan);
    private int _emitted;
    private bool _stopped;
    private bool _submitEnded;

    internal ReplayPlan Plan => plan;

    internal ReplayRings Rings => rings;

    internal SignalRecords Records => records;

    internal Pace Pace { get; } = new(speed, plan.FirstNs);

    /// <summary>Fences emitted, in the order of <see cref="ReplayPlan.Emission"/>.</summary>
    internal int Emitted => Volatile.Read(ref _emitted);

    /// <summary>NOPs emitted. Read after the submitting thread has ended.</summary>
    internal long Nops { get; set; }

    /// <summary>What the submitting thread found. Read after it has ended.</summary>
    internal SubmitChecks Checks { get; set; }

    /// <summary>Fences, in signal order, that the device completed at their time; those behind were flushed by a stop.</summary>
    internal int Paced { get; set; }

    /// <summary>The play ends early: nothing more is emitted, what was emitted completes at once.</summary>
    internal bool IsStopped => Volatile.Read(ref _stopped);

    /// <summary>No further fence will be emitted.</summary>
    internal bool HasSubmitEnded => Volatile.Read(ref _submitEnded);

    /// <summary>Is the fence of this index emitted, with its observer in place?</summary>
    internal bool IsEmitted(int index) => Emitted > _rank[index];

    internal void Stop() => Volatile.Write(ref _stopped, true);

    internal void EndSubmit() => Volatile.Write(ref _submitEnded, true);

    internal void CountEmitted(int emitted) => Volatile.Write(ref _emitted, emitted);

    private static int[] RankOf(ReplayPlan plan)
    {
        int[] rank = new int[plan.Emission.Length];
        for (int i = 0; i < rank.Length; i++)
        {
            rank[plan.Emission[i]] = i;
        }

        return rank;
    }
}
