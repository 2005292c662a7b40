using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// What an executor is given to run: the callbacks that a timeline has queued. One object for the life of the timeline.
/// </summary>
public sealed unsafe class CallbackWork : IThreadPoolWorkItem
{
    private static readonly Lock s_lock = new();
    private static readonly Stack<uint> s_free = [];
    private static CallbackWork?[] s_works = new CallbackWork?[16];
    private static uint s_used;

    private readonly EngineBlock* _engine;
    private readonly TimelineBlock* _timeline;
    private readonly CallbackExecutor _executor;
    private uint _posted;

    private CallbackWork(TimelineBlock* timeline, CallbackExecutor executor)
    {
        _engine = timeline->Engine;
        _timeline = timeline;
        _executor = executor;
    }

    /// <summary>Next work of an executor's queue.</summary>
    internal CallbackWork? Next { get; set; }

    /// <summary>
    /// Runs the callbacks queued by now, and passes the timeline on again if there are more. Any thread that may run the user's code;
    /// called inside an access section or another callback it leaves them to the dispatcher (C12). Called again, or without having
    /// been posted, it does nothing. Never throws.
    /// </summary>
    public void Execute()
    {
        // [EXECUTOR-POST] full: one execution for each time that it is posted. Pairs with [EXECUTOR-POST]. Without it an executor that calls twice
        // runs two fences of a timeline at once.
        if (Atomic.CompareExchangeFull(ref _posted, 0, 1) != 1)
        {
            return;
        }

        ReaderRecord* reader = Registry.CurrentReader();
        ThreadCache* cache = reader == null || Reader.IsInside(reader) ? null : Registry.CacheOf(&_engine->Pools);
        if (cache == null || cache->Running != 0)
        {
            DispatchQueue.Push(&_engine->Dispatch, _timeline);
            return;
        }

        CallbackInvoke.RunTimeline(cache, _timeline);
    }

    /// <summary>Gives a new timeline its executor.</summary>
    internal static void Attach(TimelineBlock* timeline, CallbackExecutor? executor)
    {
        if (executor == null || executor == CallbackExecutor.Inline)
        {
            return;
        }

        timeline->Flags |= TimelineFlags.HandsOver;
        if (executor == CallbackExecutor.Dispatcher)
        {
            return;
        }

        lock (s_lock)
        {
            uint number = s_free.Count != 0 ? s_free.Pop() : ++s_used;
            if (number >= s_works.Length)
            {
                Array.Resize(ref s_works, 2 * s_works.Length);
            }

            s_works[number] = new CallbackWork(timeline, executor);
            timeline->Work = number;
        }
    }

    /// <summary>The timeline goes: nothing of it is queued.</summary>
    internal static void Detach(TimelineBlock* timeline)
    {
        uint number = timeline->Work;
        if (number == 0)
        {
            return;
        }

        lock (s_lock)
        {
            s_works[number] = null;
            s_free.Push(number);
        }
    }

    /// <summary>Gives a timeline's work to its executor; to the dispatcher when that refuses. The engine's forwarding thread.</summary>
    internal static void Forward(TimelineBlock* timeline)
    {
        CallbackWork work = At(timeline->Work);
        ulong context = timeline->Context;
        ulong serial = work._engine->Pools.Serial;
        Atomic.StoreRelease(ref work._posted, 1);
        try
        {
            work._executor.Post(work);
        }
#pragma warning disable CA1031 // an executor is the user's: what it throws is reported, and the callbacks run all the same
        catch (Exception e)
#pragma warning restore CA1031
        {
            Faults.Report(serial, default, new InvalidOperationException(
                $"The executor of the timeline of context {context} refused its callbacks; the dispatcher runs them.", e));
            if (Atomic.CompareExchangeFull(ref work._posted, 0, 1) == 1)
            {
                DispatchQueue.Push(&work._engine->Dispatch, work._timeline);
            }
        }
    }

    private static CallbackWork At(uint number)
    {
        lock (s_lock)
        {
            return s_works[number]!;
        }
    }
}
