using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Waiting;

namespace FastFence.Model.Cases;

/// <summary>A thread waits for a fence that another one signals: it wakes, and sees what the signaller wrote (C14).</summary>
internal class Park : ModelCase
{
    private Fence _fence;

    public override string Title => "wait, signal";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("WAITER-PARK", WeakenKind.Torn),
        new("WAITER-PARK", WeakenKind.Relaxed),
        new("WAITER-WAKE", WeakenKind.Torn),
        new("WAITER-WAKE", WeakenKind.Relaxed, "the close before it is a full exchange, the futex call after it has a barrier; being one step is what matters"),
        new("CB-PUSH", WeakenKind.Torn),
    ];

    protected virtual long Milliseconds => -1;

    public override void SetUp()
    {
        _fence = World.NewFence(references: 3);
        unsafe
        {
            Names.Set(ref _fence.Slot->Head, "head");
        }
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            FenceSignal.Signal(_fence, 0, 6400);
            return;
        }

        WaitResult result = BlockingWait.Wait(_fence, TimeSpan.FromMilliseconds(Milliseconds), CancellationToken.None);
        if (TimeOuts == 0)
        {
            Require(result.IsSuccess, "the wait came back without the signal");
        }

        Require(
            result.IsTimedOut || Atomic.LoadPlain(ref World.Word(0)) == 1, "the waiter does not see what the signaller wrote");
    }

    public override unsafe void End()
    {
        Require(HeadWord.IsQuiesced(_fence.Slot->Head), "the fence is not quiesced");
        Require((uint)_fence.Slot->RefGen == 3, "the waiter's reference is not given back");
        uint node = World.Cache(0)->Nodes.Loaded->Items[World.Cache(0)->Nodes.Loaded->Count];
        Require(World.StagedNodes(node) <= 1, "the waiter's node was given up twice");
    }
}

/// <summary>The same with a deadline that may come at any time: success and time-out are never mistaken.</summary>
internal sealed class ParkWithDeadline : Park
{
    public override string Title => "wait with a deadline, signal";

    public override int TimeOuts => 1;

    public override IReadOnlyList<Twin> Twins => [];

    protected override long Milliseconds => 1000;
}

/// <summary>A poller hands a fence to the dispatcher, who sleeps when there is nothing: it always wakes.</summary>
internal sealed unsafe class Dispatch : ModelCase
{
    private Fence _fence;
    private uint _node;

    public override string Title => "push a fence; take all or sleep";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("DISPATCH-PUSH", WeakenKind.Relaxed),
        new("DISPATCH-PUSH", WeakenKind.Torn, "one producer and one consumer that takes all: nothing can be overwritten but by a second producer", null),
        new("DISPATCH-SLEEP", WeakenKind.Relaxed),
        new("DISPATCH-TAKE", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence();
        _node = CallbackList.Take(World.Cache(0));
    }

    public override void Body(int thread)
    {
        DispatchQueue* queue = &World.Engine->Dispatch;
        if (thread == 0)
        {
            Atomic.StorePlain(ref _fence.Slot->Link, _node);
            DispatchQueue.Push(queue, _fence.Index, CallbackNode.At(_node));
            return;
        }

        uint taken;
        while ((taken = queue->TakeAll()) == 0)
        {
            DispatchQueue.Sleep(queue, long.MaxValue);
        }

        Require(taken == _fence.Index, "another fence was taken");
        Require(Atomic.LoadPlain(ref _fence.Slot->Link) == _node, "the fence is taken without its run list");
    }
}

/// <summary>Two threads push on the dispatcher's queue while it is taken: both fences arrive once.</summary>
internal sealed unsafe class DispatchTwo : ModelCase
{
    private readonly Fence[] _fences = new Fence[2];
    private readonly uint[] _nodes = new uint[2];
    private int _seen;

    public override string Title => "two push; one takes all, twice";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("DISPATCH-PUSH", WeakenKind.Torn),
        new("DISPATCH-TAKE", WeakenKind.Torn),
    ];

    public override void SetUp()
    {
        for (int i = 0; i < 2; i++)
        {
            _fences[i] = World.NewFence();
            _nodes[i] = CallbackList.Take(World.Cache(0));
            _fences[i].Slot->Link = _nodes[i];
        }
    }

    public override void Begin() => _seen = 0;

    public override void Body(int thread)
    {
        DispatchQueue* queue = &World.Engine->Dispatch;
        if (thread < 2)
        {
            DispatchQueue.Push(queue, _fences[thread].Index, CallbackNode.At(_nodes[thread]));
            return;
        }

        Count(queue->TakeAll());
        Count(queue->TakeAll());
    }

    public override void End()
    {
        Count(World.Engine->Dispatch.TakeAll());
        Require(_seen == 2, $"{_seen} of two fences arrived");
    }

    private void Count(uint newest)
    {
        for (int n = 0; newest != 0 && n < 5; n++)
        {
            int which = newest == _fences[0].Index ? 0 : 1;
            _seen++;
            newest = CallbackNode.At(_nodes[which])->RunNext;
        }
    }
}
