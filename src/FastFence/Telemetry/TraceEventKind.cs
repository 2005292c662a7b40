namespace FastFence.Telemetry;

/// <summary>What a trace record says: the kernel's seven fence events, the five of its job scheduler (6.17), and awaits.</summary>
internal enum TraceEventKind : byte
{
    /// <summary>A fence was made (<c>dma_fence_init</c>).</summary>
    FenceInit,

    /// <summary>It was submitted (<c>dma_fence_emit</c>).</summary>
    FenceEmit,

    /// <summary>Its exporter was asked to signal it (<c>dma_fence_enable_signal</c>).</summary>
    FenceEnableSignal,

    /// <summary>It signaled (<c>dma_fence_signaled</c>).</summary>
    FenceSignaled,

    /// <summary>A thread began to wait for it (<c>dma_fence_wait_start</c>).</summary>
    FenceWaitStart,

    /// <summary>The thread stopped waiting (<c>dma_fence_wait_end</c>).</summary>
    FenceWaitEnd,

    /// <summary>Its slot was given up (<c>dma_fence_destroy</c>).</summary>
    FenceDestroy,

    /// <summary>A job was queued; context and seqno are those of its finished fence (<c>drm_sched_job_queue</c>).</summary>
    JobQueue,

    /// <summary>The job went to its ring (<c>drm_sched_job_run</c>).</summary>
    JobRun,

    /// <summary>The device has done it (<c>drm_sched_job_done</c>).</summary>
    JobDone,

    /// <summary>It has to wait for a fence of another's (<c>drm_sched_job_add_dep</c>).</summary>
    JobAddDependency,

    /// <summary>It was due and could not run for that fence (<c>drm_sched_job_unschedulable</c>).</summary>
    JobUnschedulable,

    /// <summary>An await of a fence or a value began: not of the kernel's.</summary>
    AwaitBegin,

    /// <summary>It ended.</summary>
    AwaitEnd,
}
