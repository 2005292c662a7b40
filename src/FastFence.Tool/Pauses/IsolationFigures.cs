using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pauses;

/// <summary>One setting of <c>demo isolation</c>.</summary>
/// <param name="Device">Where the device runs.</param>
/// <param name="Poller">Which poller retired.</param>
/// <param name="DueToDoneNs">From the time at which a job was due to the time that its device wrote; 0 = never late.</param>
/// <param name="DoneToSignaledNs">From there to the signal, by the poller's own histogram.</param>
/// <param name="DueToSignaledNs">Both.</param>
/// <param name="EmittedLate">Jobs that the host emitted after they were due; they count nowhere.</param>
/// <param name="Collections">Collections meanwhile.</param>
/// <param name="PauseTotalMs">How long they stopped the host.</param>
/// <param name="LoadMegabytesPerSecond">What was allocated.</param>
/// <param name="Lost">Jobs without an end.</param>
internal sealed record IsolationFigures(
    string Device, string Poller, LatencySummary DueToDoneNs, LatencySummary DoneToSignaledNs, LatencySummary DueToSignaledNs, long EmittedLate, int Collections,
    double PauseTotalMs, double LoadMegabytesPerSecond, long Lost);
