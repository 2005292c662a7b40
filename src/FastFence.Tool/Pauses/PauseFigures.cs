using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pauses;

/// <summary>What one poller did under the load.</summary>
/// <param name="Poller">Which one: native or managed.</param>
/// <param name="Reason">Why this one.</param>
/// <param name="Pinning">Whether its thread was pinned, and its core kept free of others.</param>
/// <param name="Signaled">Positions retired.</param>
/// <param name="WordToSignaledNs">From the word written by the other process to the poller's look that found it; the signal follows within the batch.</param>
/// <param name="WordToWaiterNs">From the word to a native waiter, in the other process, that runs again. Empty without the native library.</param>
/// <param name="WordToAwaiterNs">From the word to a managed awaiter that goes on.</param>
/// <param name="Collections">Garbage collections meanwhile.</param>
/// <param name="PauseTotalMs">How long they stopped the host's threads.</param>
/// <param name="PauseMaxMs">The longest one seen.</param>
/// <param name="LoadMegabytesPerSecond">What the load really allocated.</param>
/// <param name="Seconds">How long was measured.</param>
/// <param name="WriterIsRealTime">The writer ran under SCHED_FIFO; without, some of its own delays are taken for the poller's.</param>
internal sealed record PauseFigures(
    string Poller, string Reason, string Pinning, long Signaled, LatencySummary WordToSignaledNs, LatencySummary WordToWaiterNs,
    LatencySummary WordToAwaiterNs, int Collections, double PauseTotalMs, double PauseMaxMs, double LoadMegabytesPerSecond, double Seconds,
    bool WriterIsRealTime)
{
    /// <summary>Name of the one that is no poller: a process that only looks at the word.</summary>
    internal const string RawSpin = "raw spin";
}
