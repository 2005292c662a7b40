namespace FastFence.Tool.Reporting;

/// <summary>What signaled on one fence context.</summary>
/// <param name="Context">Its number in the capture.</param>
/// <param name="Timeline">Timeline name.</param>
/// <param name="Driver">Driver name.</param>
/// <param name="Fences">Fences signaled.</param>
/// <param name="OrderViolations">Fences whose seqno was not above the one signaled before.</param>
/// <param name="Gaps">Places where the seqno rose by more than 1.</param>
/// <param name="Nops">Seqnos left out at these places: on a ring each was a NOP.</param>
internal sealed record ContextReport(
    ulong Context, string Timeline, string Driver, long Fences, long OrderViolations, long Gaps, ulong Nops);
