// Found before the framework's class of this name by every file of the engine (namespace FastFence): a queued item runs at once, on the
// thread that queues it.
namespace FastFence;

internal static class ThreadPool
{
    /// <summary>Items of the present execution.</summary>
    public static int Queued { get; set; }

    /// <summary>What nobody has begun yet: all are begun at once.</summary>
    public static long PendingWorkItemCount => 0;

    public static void UnsafeQueueUserWorkItem(IThreadPoolWorkItem item, bool preferLocal)
    {
        _ = preferLocal;
        if (++Queued == 1)
        {
            item.Execute();
        }
    }
}
