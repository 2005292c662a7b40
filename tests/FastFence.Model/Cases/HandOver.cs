using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Model.Cases;

/// <summary>
/// A poller retires a fence with a managed callback: it goes to the dispatcher with the poller's reference, while the emitter
/// drops its own. The callback runs once, the slot is given up once.
/// </summary>
internal sealed unsafe class HandOver : RingCase
{
    private static int s_runs;

    public override string Title => "retire a fence with a managed callback; dispatch; drop the other reference";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FENCE-LAST", WeakenKind.Torn),
    ];

    public override void SetUp()
    {
        base.SetUp();
        Emit(0);
        Callbacks.Add(FenceOf(0), &Callback);
        *(uint*)Ring->Word = 1;
        Kept = FenceOf(0);
    }

    private Fence Kept { get; set; }

    public override void Begin()
    {
        base.Begin();
        s_runs = 0;
    }

    public override void Body(int thread)
    {
        switch (thread)
        {
            case 0:
                FenceLife.Release(World.Cache(0), Kept.Index, Kept.Slot, Kept.Generation);
                break;
            case 1:
                RingRetire.Look(World.Cache(1), Ring);
                RetireAll(World.Cache(1));
                break;
            default:
                Callbacks.RunNext(World.Cache(2));

                break;
        }
    }

    public override void End()
    {
        for (int i = 0; i < 3; i++)
        {
            LateSlots.Settle(World.Cache(i));
        }

        Require(s_runs == 1, $"the callback ran {s_runs} times");
        Require(World.StagedFences(Kept.Index) == 1, $"the slot was given up {World.StagedFences(Kept.Index)} times");
        Require(HeadWord.IsQuiesced(Kept.Slot->Head), "the fence is not quiesced");
    }

    private static void Callback(Fence fence, nint state) => s_runs++;
}

/// <summary>
/// A signal raised inside an access section leaves its callbacks to the dispatcher, without a reference; the last one goes
/// meanwhile, and the slot waits.
/// </summary>
internal sealed unsafe class NestedSignal : ModelCase
{
    private static int s_runs;

    private Fence _fence;

    public override string Title => "signal inside a section; dispatch; drop the last reference, settle";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins => [];

    public override void SetUp()
    {
        _fence = World.NewFence();
        Callbacks.Add(_fence, &Callback);
    }

    public override void Begin() => s_runs = 0;

    public override void Body(int thread)
    {
        ThreadCache* cache = World.Cache(thread);
        switch (thread)
        {
            case 0:
                Reader.Enter(World.Domain, cache->Reader);
                FenceSignal.Signal(_fence, 0, 6400);
                Reader.Exit(cache->Reader);
                FenceLife.Release(cache, _fence.Index, _fence.Slot, _fence.Generation);
                if (World.Staged(&cache->Fences, _fence.Index) != 0)
                {
                    Run.Current.WriteData(ref World.Word(0), 1);
                }

                break;
            case 1:
                Callbacks.RunNext(cache);

                break;
            default:
                LateSlots.Steal(cache, World.Cache(0));
                if (World.Staged(&cache->Fences, _fence.Index) != 0)
                {
                    Run.Current.WriteData(ref World.Word(0), 1);
                }

                break;
        }
    }

    public override void End()
    {
        LateSlots.Settle(World.Cache(0));
        LateSlots.Settle(World.Cache(2));
        Require(s_runs == 1, $"the callback ran {s_runs} times");
        Require(World.StagedFences(_fence.Index) == 1, $"the slot was given up {World.StagedFences(_fence.Index)} times");
    }

    private static void Callback(Fence fence, nint state)
    {
        s_runs++;
        if (Run.IsModelThread)
        {
            Run.Current.WriteData(ref World.Word(0), 2);
        }
    }
}

/// <summary>Callbacks that stand on a fence before the threads begin.</summary>
internal static unsafe class Callbacks
{
    /// <summary>As a dispatcher: sleeps until a timeline comes, and runs it.</summary>
    public static void RunNext(ThreadCache* cache)
    {
        DispatchQueue* queue = &World.Engine->Dispatch;
        TimelineBlock* timeline;
        while ((timeline = DispatchQueue.TryTake(queue)) == null)
        {
            DispatchQueue.Sleep(queue, long.MaxValue);
        }

        CallbackInvoke.RunTimeline(cache, timeline);
    }

    /// <summary>As a dispatcher: runs what is there.</summary>
    public static void RunAll(ThreadCache* cache)
    {
        TimelineBlock* timeline;
        while ((timeline = DispatchQueue.TryTake(&World.Engine->Dispatch)) != null)
        {
            CallbackInvoke.RunTimeline(cache, timeline);
        }
    }

    public static uint Add(Fence fence, delegate*<Fence, nint, void> callback)
    {
        uint index = CallbackList.Take(World.Cache(0));
        CallbackNode* node = CallbackNode.At(index);
        node->Function = (nint)callback;
        node->Kind = (byte)NodeKind.Managed;
        Atomic.StorePlain(ref node->RunNext, 0);
        CallbackList.Push(World.Cache(Clocks.MaxThreads - 1), fence.Slot, fence.Generation, index);
        return index;
    }
}
