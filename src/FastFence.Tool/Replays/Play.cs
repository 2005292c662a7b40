using FastFence.Tool.Cli;

namespace FastFence.Tool.Replays;

/// <summary>What the threads that play a plan share.</summary>
internal sealed class Play(ReplayPlan plan, ReplaySpeed speed, ReplayRings rings, SignalRecords records)
{
    private bool _stopped;

    internal ReplayPlan Plan => plan;

    internal ReplayRings Rings => rings;

    internal SignalRecords Records => records;

    internal Pace Pace { get; } = new(speed, plan.FirstNs);

    /// <summary>Fences emitted. Read after the submitting thread has ended, as the two below.</summary>
    internal long Emitted { get; set; }

    /// <summary>NOPs emitted.</summary>
    internal long Nops { get; set; }

    /// <summary>What the submitting thread found.</summary>
    internal SubmitChecks Checks { get; set; }

    /// <summary>The play ends early: nothing more is emitted, what is outstanding is canceled.</summary>
    internal bool IsStopped => Volatile.Read(ref _stopped);

    internal void Stop() => Volatile.Write(ref _stopped, true);
}
