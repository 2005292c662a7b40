using FastFence.Fences;
using FastFence.Memory;

namespace FastFence;

/// <summary>A timeline's block: made with its first fence, or at once where that would be too late.</summary>
internal static unsafe class TimelineMemory
{
    private static readonly TimeSpan s_watchdog = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Must a timeline have its block from the start? One that counts from elsewhere has something to show before its first fence, and an executor takes an
    /// object of the managed heap, which a first fence must not.
    /// </summary>
    public static bool IsNeededAtOnce(TimelineOptions options) => options.StartSeqno != 0
        || (options.Executor != null && options.Executor != CallbackExecutor.Inline && options.Executor != CallbackExecutor.Dispatcher);

    /// <summary>A filled block; null at the reservation's bound. The name stays the caller's. Any thread; never blocks, unless an executor is to be had.</summary>
    public static TimelineBlock* TryCreate(ExporterBlock* exporter, uint name, ulong context, TimelineOptions options, uint flags = 0, TimeSpan? watchdog = null)
    {
        TimelineBlock* block = (TimelineBlock*)BlockHeap.TryAllocate(sizeof(TimelineBlock));
        if (block == null)
        {
            return null;
        }

        TimeSpan limit = options.Watchdog ?? watchdog ?? s_watchdog;
        block->Engine = exporter->Engine;
        block->Exporter = exporter;
        block->Context = context;
        block->DisplayContext = options.DisplayContext ?? context;
        block->DriverName = exporter->DriverName; // the exporter's reference outlives its timelines
        block->TimelineName = name;
        block->Flags = flags | (options.SingleEmitter ? TimelineFlags.SingleEmitter : 0) | (options.Seqno32 ? TimelineFlags.Seqno32 : 0)
            | (exporter->Ops.EnableSignaling != null ? TimelineFlags.Enables : 0);
        block->PrivateData = options.PrivateData;
        block->TimeoutNanoseconds = limit == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)limit.TotalNanoseconds;
        block->StartSeqno = options.StartSeqno;
        block->LastSeqno = options.StartSeqno;
        block->Completed = options.StartSeqno;
        CallbackWork.Attach(block, options.Executor);
        return block;
    }

    /// <summary>Frees a block at once: nobody knows it, or nobody can reach it any more. Not the name.</summary>
    public static void Free(TimelineBlock* block)
    {
        if (!UnusedTimeline.Is(block))
        {
            CallbackWork.Detach(block);
            DeadlineHints.Free(block);
            BlockHeap.Free(block, sizeof(TimelineBlock));
        }
    }

    /// <summary>Frees a block after the grace period: who is in a section now may still look at it.</summary>
    public static void Retire(TimelineBlock* block)
    {
        if (UnusedTimeline.Is(block))
        {
            return;
        }

        CallbackWork.Detach(block);
        if (block->Hints != 0)
        {
            // No fence is pending, so no setter comes to them any more; a poller that still has the ring in its set may.
            PrivateHeap.Retire(block->Engine, 0, 0, block->Hints, sizeof(DeadlineHints));
        }

        PrivateHeap.Retire(block->Engine, 0, 0, (nint)block, sizeof(TimelineBlock));
    }
}
