namespace FastFence.Tool.Runs;

/// <summary>Signals through a source and judges the answer: only a closed exporter may have been faster (C1, C17).</summary>
internal static class SignalCheck
{
    /// <summary>Signals once; the source is not disposed.</summary>
    internal static void Signal(FenceSource source, Exporter exporter, ViolationTally tally)
    {
        SignalResult result = source.Signal();
        if (result is SignalResult.AlreadySignaled or SignalResult.Stale && !exporter.IsClosed)
        {
            tally.Add(ViolationKind.SignaledTwice);
        }
    }
}
