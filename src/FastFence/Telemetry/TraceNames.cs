using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>The names of the events: the kernel's, where it has them.</summary>
internal static class TraceNames
{
    /// <summary>The name of a kind (6.17's for the scheduler).</summary>
    public static string Of(TraceEventKind kind) => kind switch
    {
        TraceEventKind.FenceInit => "dma_fence_init",
        TraceEventKind.FenceEmit => "dma_fence_emit",
        TraceEventKind.FenceEnableSignal => "dma_fence_enable_signal",
        TraceEventKind.FenceSignaled => "dma_fence_signaled",
        TraceEventKind.FenceWaitStart => "dma_fence_wait_start",
        TraceEventKind.FenceWaitEnd => "dma_fence_wait_end",
        TraceEventKind.FenceDestroy => "dma_fence_destroy",
        TraceEventKind.JobQueue => "drm_sched_job_queue",
        TraceEventKind.JobRun => "drm_sched_job_run",
        TraceEventKind.JobDone => "drm_sched_job_done",
        TraceEventKind.JobAddDependency => "drm_sched_job_add_dep",
        TraceEventKind.JobUnschedulable => "drm_sched_job_unschedulable",
        TraceEventKind.AwaitBegin => "await_begin",
        TraceEventKind.AwaitEnd => "await_end",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such trace event."),
    };

    /// <summary>The word for an await's end.</summary>
    public static string Of(AwaitOutcome outcome) => outcome switch
    {
        AwaitOutcome.Completed => "completed",
        AwaitOutcome.TimedOut => "timed out",
        AwaitOutcome.Canceled => "canceled",
        _ => "in a way that this version does not know",
    };
}
