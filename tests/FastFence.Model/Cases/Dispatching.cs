using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Cases;

/// <summary>A timeline goes to the dispatcher, who sleeps when there is nothing: it always wakes, and finds it whole.</summary>
internal sealed unsafe class Dispatch : ModelCase
{
    public override string Title => "push a timeline; take it or sleep";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("DISPATCH-PUSH", WeakenKind.Relaxed),
        new("DISPATCH-PUSH", WeakenKind.Torn, "one producer and one consumer that takes all: nothing can be overwritten but by a second producer", null),
        new("DISPATCH-SLEEP", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
    }

    public override void Body(int thread)
    {
        DispatchQueue* queue = &World.Engine->Dispatch;
        if (thread == 0)
        {
            Atomic.StorePlain(ref World.Timeline->Queued, 7);
            DispatchQueue.Push(queue, World.Timeline);
            return;
        }

        TimelineBlock* taken;
        while ((taken = DispatchQueue.TryTake(queue)) == null)
        {
            DispatchQueue.Sleep(queue, long.MaxValue);
        }

        Require(taken == World.Timeline, "another timeline was taken");
        Require(Atomic.LoadPlain(ref taken->Queued) == 7, "the timeline is taken without its fences");
    }
}

/// <summary>The same for awaits that a poller has completed.</summary>
internal sealed unsafe class DispatchAwait : ModelCase
{
    private uint _node;

    public override string Title => "push an await; take it or sleep";

    public override IReadOnlyList<Twin> Twins { get; } = [new("DISPATCH-AWAIT", WeakenKind.Relaxed)];

    public override void SetUp() => _node = CallbackList.Take(World.Cache(0));

    public override void Body(int thread)
    {
        DispatchQueue* queue = &World.Engine->Forward;
        if (thread == 0)
        {
            Atomic.StorePlain(ref *(ulong*)&CallbackNode.At(_node)->Argument, 7);
            DispatchQueue.PushAwaits(queue, _node, CallbackNode.At(_node));
            return;
        }

        uint taken;
        while ((taken = DispatchQueue.TakeAwaits(queue)) == 0)
        {
            DispatchQueue.Sleep(queue, long.MaxValue);
        }

        Require(taken == _node, "another await was taken");
        Require(Atomic.LoadPlain(ref *(ulong*)&CallbackNode.At(_node)->Argument) == 7, "the await is taken without its content");
    }
}

/// <summary>Two timelines in the dispatcher's queue, for cases that count who arrives.</summary>
internal abstract unsafe class DispatchOfTwo : ModelCase
{
    private readonly int[] _seen = new int[2];
    private readonly nint[] _timelines = new nint[2];

    public override int Threads => 3;

    public override void SetUp()
    {
        _timelines[0] = (nint)World.Timeline;
        _timelines[1] = (nint)World.NewTimeline();
        Names.Set(ref World.Timeline->ReadyNext, "next of 0");
        Names.Set(ref ((TimelineBlock*)_timelines[1])->ReadyNext, "next of 1");
    }

    public override void Begin() => _seen.AsSpan().Clear();

    public override void End()
    {
        while (Take())
        {
        }

        Require(_seen[0] == 1 && _seen[1] == 1, $"the timelines arrived {_seen[0]} and {_seen[1]} times");
    }

    protected void Push(int timeline)
    {
        TimelineBlock* block = (TimelineBlock*)_timelines[timeline];
        Atomic.StorePlain(ref block->Queued, 7);
        DispatchQueue.Push(&World.Engine->Dispatch, block);
    }

    protected bool Take()
    {
        TimelineBlock* taken = DispatchQueue.TryTake(&World.Engine->Dispatch);
        if (taken == null)
        {
            return false;
        }

        Require(Atomic.LoadPlain(ref taken->Queued) == 7, "a timeline is taken without its fences");
        return ++_seen[(nint)taken == _timelines[0] ? 0 : 1] < 5;
    }
}

/// <summary>Two threads push while a third one takes: both timelines arrive once.</summary>
internal sealed class DispatchTwo : DispatchOfTwo
{
    public override string Title => "two push; one takes, twice";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("DISPATCH-PUSH", WeakenKind.Torn),
        new("DISPATCH-TAKE", WeakenKind.Torn),
        new("DISPATCH-TAKE", WeakenKind.Relaxed),
    ];

    public override void Body(int thread)
    {
        if (thread < 2)
        {
            Push(thread);
            return;
        }

        Take();
        Take();
    }
}

/// <summary>A blocked dispatcher comes back and meets its successor at the queue: each timeline is taken once (fault 38).</summary>
internal sealed class DispatchTakers : DispatchOfTwo
{
    public override string Title => "two take; one pushes again what it took";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("DISPATCH-TURN", WeakenKind.Torn, null, "Rmw"),
        new("DISPATCH-TURN", WeakenKind.Relaxed, null, "Store"),
    ];

    public override int Threads => 2;

    public override void SetUp()
    {
        base.SetUp();
        Push(0);
        Push(1);
    }

    public override void Body(int thread) => Take();
}
