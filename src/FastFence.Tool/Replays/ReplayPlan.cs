using System.Collections.Immutable;
using FastFence.Tool.Captures;

namespace FastFence.Tool.Replays;

/// <summary>What a replay does, checked as a whole before anything is played. Immutable.</summary>
internal sealed class ReplayPlan
{
    /// <summary>The contexts, by first signal.</summary>
    internal required ImmutableArray<ReplayContext> Contexts { get; init; }

    /// <summary>The fences, in the order in which they signaled.</summary>
    internal required ImmutableArray<ReplayFence> Fences { get; init; }

    /// <summary>Indices of <see cref="Fences"/> in the order in which they are emitted.</summary>
    internal required ImmutableArray<int> Emission { get; init; }

    /// <summary>Time of the capture at which the play starts.</summary>
    internal required long FirstNs { get; init; }

    /// <summary>GPU jobs of the capture: its rows, or its submissions in the events form.</summary>
    internal long Jobs { get; init; }

    /// <summary>Does it say which ring's fence a job has? If not, a job counts as run as soon as it is queued.</summary>
    internal bool HasHardwareFences { get; init; }

    /// <summary>Run rows of the events form.</summary>
    internal long RunRows { get; init; }

    /// <summary>Submit and run rows whose fence does not signal within the capture: there is nothing to play for them.</summary>
    internal long RowsWithoutSignal { get; init; }

    /// <summary>Vblank rows.</summary>
    internal long VblankRows { get; init; }

    /// <summary>Makes the plan of a capture of either form.</summary>
    /// <exception cref="CaptureException">It cannot be played on in-order rings.</exception>
    internal static ReplayPlan Of(Capture capture) =>
        capture.Form == CaptureForm.Jobs ? JobsPlan.Of(capture) : EventsPlan.Of(capture);
}
