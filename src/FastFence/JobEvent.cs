namespace FastFence;

/// <summary>What a scheduler above the engine may record of its jobs (<c>drm_sched_job_*</c> in traces).</summary>
public enum JobEvent
{
    /// <summary>A job was queued.</summary>
    Queue,

    /// <summary>It went to its ring.</summary>
    Run,

    /// <summary>The device has done it.</summary>
    Done,
}
