using FastFence.Polling;

namespace FastFence;

/// <summary>
/// Where the callbacks of a timeline run (<see cref="TimelineOptions.Executor"/>), whoever signals. Fences are run one after the
/// other in seqno order, their callbacks oldest first; a callback that blocks holds up its own timeline and whatever the executor
/// cannot run beside it. A poller still runs native callbacks itself.
/// </summary>
public abstract class CallbackExecutor
{
    /// <summary>The default: the thread that signals; the engine's dispatcher for what a poller, or a thread inside an access section, signals.</summary>
    public static CallbackExecutor Inline { get; } = new EngineExecutor();

    /// <summary>Always the engine's dispatcher, so that no signaller runs callbacks.</summary>
    public static CallbackExecutor Dispatcher { get; } = new EngineExecutor();

    /// <summary>The thread pool. Nothing is allocated for a callback or a fence.</summary>
    public static CallbackExecutor ThreadPool { get; } = new PoolExecutor();

    /// <summary>A task scheduler. Costs a task for each hand-over (a batch of fences), since a task runs once; the default scheduler is the thread pool.</summary>
    /// <param name="scheduler">The scheduler.</param>
    public static CallbackExecutor FromTaskScheduler(TaskScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return scheduler == TaskScheduler.Default ? ThreadPool : new SchedulerExecutor(scheduler);
    }

    /// <summary>A synchronization context, such as that of a user interface. Allocates nothing of its own.</summary>
    /// <param name="context">The context.</param>
    public static CallbackExecutor FromSynchronizationContext(SynchronizationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ContextExecutor(context);
    }

    /// <summary>
    /// Takes work of a timeline and sees to it that <see cref="CallbackWork.Execute"/> is called once, soon, on another thread than
    /// this one. Called on an engine thread that serves all timelines: it must not block. A timeline's work is the same object each
    /// time and is given again only after it has been executed, so it can be linked and stored without allocation. If this throws,
    /// the dispatcher runs the callbacks and the exception is reported.
    /// </summary>
    /// <param name="work">What to execute.</param>
    public abstract void Post(CallbackWork work);

    // What the engine does without being given work.
    private sealed class EngineExecutor : CallbackExecutor
    {
        public override void Post(CallbackWork work) => throw new NotSupportedException("The engine runs these callbacks itself.");
    }

    private sealed class PoolExecutor : CallbackExecutor
    {
        public override void Post(CallbackWork work) => System.Threading.ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
    }

    private sealed class SchedulerExecutor(TaskScheduler scheduler) : CallbackExecutor
    {
        public override void Post(CallbackWork work) => Task.Factory.StartNew(
            static state => ((CallbackWork)state!).Execute(), work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
    }

    private sealed class ContextExecutor(SynchronizationContext context) : CallbackExecutor
    {
        private static readonly SendOrPostCallback s_execute = static state => ((CallbackWork)state!).Execute();

        public override void Post(CallbackWork work) => context.Post(s_execute, work);
    }
}
