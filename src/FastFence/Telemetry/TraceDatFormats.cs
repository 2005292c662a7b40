// The texts that tell a reader of a trace.dat how its records are laid out, as the kernel's tracefs has them
// (events/<system>/<event>/format). The scheduler's are the names and fields from before 6.17: GpuVis draws its rows from those
// and knows no others.
namespace FastFence.Telemetry;

/// <summary>The events that are written.</summary>
internal static class TraceDatFormats
{
    private const string FencePrint =
        "\"driver=%s timeline=%s context=%u seqno=%u\", __get_str(driver), __get_str(timeline), REC->context, REC->seqno";

    private const string JobPrint =
        "\"entity=%p, id=%llu, fence=%p, ring=%s, job count:%u, hw job count:%d\", REC->entity, REC->id, REC->fence, __get_str(name), REC->job_count, REC->hw_job_count";

    private const string DependencyPrint =
        "\"fence=%llu:%llu depends on fence=%llu:%llu\", REC->fence_context, REC->fence_seqno, REC->ctx, REC->seqno";

    private const ushort FirstId = 1001;

    /// <summary>One a kind, by its number.</summary>
    public static IReadOnlyList<TraceDatFormat> All { get; } =
    [
        Fence("dma_fence_init", 0), Fence("dma_fence_emit", 1), Fence("dma_fence_enable_signal", 2), Fence("dma_fence_signaled", 3),
        Fence("dma_fence_wait_start", 4), Fence("dma_fence_wait_end", 5), Fence("dma_fence_destroy", 6),
        Job("drm_sched_job", 7), Job("drm_run_job", 8),
        new("gpu_scheduler", "drm_sched_process_job", FirstId + 9, [("struct dma_fence *", "fence", 8)], "\"fence=%p signaled\", REC->fence"),
        Dependency("drm_sched_job_add_dep", 10), Dependency("drm_sched_job_unschedulable", 11),
    ];

    private static TraceDatFormat Fence(string name, ushort kind) => new("dma_fence", name, (ushort)(FirstId + kind),
        [("__data_loc char[]", "driver", 4), ("__data_loc char[]", "timeline", 4), ("unsigned int", "context", 4), ("unsigned int", "seqno", 4)], FencePrint);

    private static TraceDatFormat Job(string name, ushort kind) => new("gpu_scheduler", name, (ushort)(FirstId + kind),
        [
            ("struct drm_sched_entity *", "entity", 8), ("struct dma_fence *", "fence", 8), ("__data_loc char[]", "name", 4),
            ("uint64_t", "id", 8), ("u32", "job_count", 4), ("int", "hw_job_count", 4),
        ], JobPrint);

    private static TraceDatFormat Dependency(string name, ushort kind) => new("gpu_scheduler", name, (ushort)(FirstId + kind),
        [("u64", "fence_context", 8), ("u64", "fence_seqno", 8), ("u64", "ctx", 8), ("u64", "seqno", 8)], DependencyPrint);
}
