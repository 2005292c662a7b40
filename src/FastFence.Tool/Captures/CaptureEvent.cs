namespace FastFence.Tool.Captures;

/// <summary>One row of the events form. A field that the kind does not have is 0, or the empty string.</summary>
/// <param name="Kind">Which tracepoint.</param>
/// <param name="TimeNs">Nanoseconds; never less than the row before.</param>
/// <param name="Cpu">CPU that recorded the event.</param>
/// <param name="Pid">Process (0: the idle task).</param>
/// <param name="Comm">Name of the task.</param>
/// <param name="Driver">Driver name; signals only.</param>
/// <param name="Timeline">Timeline name; all but vblank.</param>
/// <param name="Context">Fence context; all but vblank.</param>
/// <param name="Seqno">Fence seqno; all but vblank.</param>
/// <param name="SchedJob">The scheduler's number of the job; submit and run.</param>
/// <param name="NumIbs">Command buffers of the job; submit and run.</param>
/// <param name="Crtc">Display; vblank only.</param>
/// <param name="VblankSeq">Refresh number; vblank only.</param>
internal readonly record struct CaptureEvent(
    CaptureEventKind Kind, long TimeNs, int Cpu, int Pid, string Comm, string Driver, string Timeline,
    ulong Context, ulong Seqno, ulong SchedJob, int NumIbs, int Crtc, ulong VblankSeq);
