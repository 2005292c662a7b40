namespace FastFence.Tool.Captures;

/// <summary>The four tracepoints that the events form may hold.</summary>
internal enum CaptureEventKind
{
    /// <summary><c>amdgpu_cs_ioctl</c>: a job was submitted; context and seqno are those of its finished fence.</summary>
    Submit,

    /// <summary><c>amdgpu_sched_run_job</c>: the scheduler handed the job to the hardware ring.</summary>
    Run,

    /// <summary><c>dma_fence_signaled</c>: a fence signaled.</summary>
    Signal,

    /// <summary><c>drm_vblank_event</c>: a display refresh. No fence: counted and skipped by a replay.</summary>
    Vblank,
}
