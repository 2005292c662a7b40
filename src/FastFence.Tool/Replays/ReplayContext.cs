namespace FastFence.Tool.Replays;

/// <summary>One fence context of the capture; it is played on a ring of its own.</summary>
/// <param name="Number">Its number in the capture.</param>
/// <param name="Driver">Driver name.</param>
/// <param name="Timeline">Timeline name.</param>
/// <param name="FirstSeqno">Seqno of its first fence.</param>
/// <param name="Capacity">
/// Positions of its ring: a power of two not below what the capture had outstanding at once. With less, the submitter could wait
/// for the device on one ring while the device waits for the submitter on another.
/// </param>
internal sealed record ReplayContext(ulong Number, string Driver, string Timeline, ulong FirstSeqno, int Capacity);
