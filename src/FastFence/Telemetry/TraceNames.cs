namespace FastFence.Telemetry;

/// <summary>The kernel's names of the events.</summary>
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
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such trace event."),
    };
}
