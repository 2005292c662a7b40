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
