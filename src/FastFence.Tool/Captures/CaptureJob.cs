namespace FastFence.Tool.Captures;

/// <summary>One row of the jobs form: a complete GPU job and the times at which its three fences signaled.</summary>
/// <remarks>The reader has checked submit ≤ run ≤ scheduled ≤ hardware ≤ finished.</remarks>
/// <param name="SubmitNs">Submission; never less than the row before.</param>
/// <param name="Timeline">Name of the ring, such as <c>gfx</c>.</param>
/// <param name="FinishedContext">Context of the finished fence, at least 2.</param>
/// <param name="Seqno">Seqno of the scheduled and of the finished fence.</param>
/// <param name="SubmitComm">Name of the submitting task.</param>
/// <param name="SubmitPid">Its process.</param>
/// <param name="NumIbs">Command buffers of the job.</param>
/// <param name="RunNs">When the scheduler handed it to the ring.</param>
/// <param name="ScheduledSignalNs">When the scheduled fence signaled.</param>
/// <param name="HardwareSignalNs">When the hardware fence signaled.</param>
/// <param name="HardwareSeqno">Seqno of the hardware fence on context 0.</param>
/// <param name="FinishedSignalNs">When the finished fence signaled.</param>
/// <param name="SignalCpu">CPU on which the finished fence signaled.</param>
internal readonly record struct CaptureJob(
    long SubmitNs, string Timeline, ulong FinishedContext, ulong Seqno, string SubmitComm, int SubmitPid, int NumIbs,
    long RunNs, long ScheduledSignalNs, long HardwareSignalNs, ulong HardwareSeqno, long FinishedSignalNs, int SignalCpu)
{
    /// <summary>Context of every hardware ring fence in this form.</summary>
    internal const ulong HardwareContext = 0;

    /// <summary>Context of the scheduled fence: the documented form puts it just below the finished one.</summary>
    internal ulong ScheduledContext => FinishedContext - 1;
}
