using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Waiting;

namespace FastFence.Model.Cases;

/// <summary>A thread waits for any of two fences that another one signals: it wakes with a signaled one and leaves nothing.</summary>
internal class WaitForAny : ModelCase
{
    private readonly Fence[] _fences = new Fence[2];
    private long _live;

    public override string Title => "wait for any of two, signal both";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("GROUP-WAKE", WeakenKind.Torn),
        new("GROUP-WAKE", WeakenKind.Relaxed, "the count before it is a full exchange, the futex call after it has a barrier; being one step is what matters"),
        new("WAITER-PARK", WeakenKind.Torn),
        new("CB-PUSH", WeakenKind.Torn),
    ];

    protected virtual bool IsAll => false;

    public override unsafe void SetUp()
    {
        for (int i = 0; i < 2; i++)
        {
            // Each on a timeline of its own, so that no turn orders them.
            TimelineBlock* timeline = World.NewTimeline();
            _fences[i] = new Fence(FenceLife.Create(World.Cache(0), timeline, ++timeline->LastSeqno, 0, 3, 0));
        }

        // A block that was given back once: none is carved in an execution.
        WaitGroup.Leave(WaitGroup.TryCreate(1, 0), 1);
        _live = BlockHeap.LiveBytes;
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            FenceSignal.Signal(_fences[1], 0, 6400);
            Atomic.StorePlain(ref World.Word(1), 1);
            FenceSignal.Signal(_fences[0], 0, 6400);
            return;
        }

        WaitAnyResult result = GroupTerms();
        Require(result.IsSuccess || TimeOuts > 0, "the wait came back without a signal");
        if (result.IsTimedOut)
        {
            return;
        }

        Require(_fences[result.Index].IsSignaled, "the fence at the index is pending");
        Require(Atomic.LoadPlain(ref World.Word(0)) == 1, "the waiter does not see what the signaller wrote");
        Require(
            Atomic.LoadPlain(ref World.Word(1)) == 1 || (result.Index == 1 && !IsAll), "the waiter does not see what the second signaller wrote");
    }

    public override unsafe void End()
    {
        foreach (Fence fence in _fences)
        {
            Require(HeadWord.IsQuiesced(fence.Slot->Head), "a fence is not quiesced");
            Require((uint)fence.Slot->RefGen == 3, "the waiter's reference is not given back");
        }

        Require(BlockHeap.LiveBytes == _live, "the group's block was not given back, or twice");
        Require(World.Engine->Pools.Parked == 0, "the waiter is still counted as parked");
    }

    private WaitAnyResult GroupTerms()
    {
        WaitTerms terms = WaitTerms.Of(
            TimeOuts == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(1), WaitHint.Block, CancellationToken.None);
        if (!IsAll)
        {
            return GroupWait.Any(_fences, terms);
        }

        WaitResult result = GroupWait.All(_fences, terms);
        return result.IsTimedOut ? WaitAnyResult.TimedOut : new WaitAnyResult(0, result.Status);
    }
}

/// <summary>The same for both of two.</summary>
internal sealed class WaitForAll : WaitForAny
{
    public override string Title => "wait for both of two, signal both";

    public override IReadOnlyList<Twin> Twins => [];

    protected override bool IsAll => true;
}

/// <summary>The same with a deadline that may come at any time.</summary>
internal sealed class WaitForAnyWithDeadline : WaitForAny
{
    public override string Title => "wait for any of two with a deadline, signal both";

    public override int TimeOuts => 1;

    public override IReadOnlyList<Twin> Twins => [];
}

/// <summary>Two signallers of one group at once, and the waiter leaves: one wakes, the last one out frees the block.</summary>
internal sealed unsafe class GroupOfTwo : ModelCase
{
    private WaitGroup* _group;
    private long _live;

    public override string Title => "two count on a group; its waiter sleeps and leaves";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("GROUP-COUNT", WeakenKind.Torn),
        new("GROUP-COUNT", WeakenKind.Relaxed),
        new("GROUP-LEAVE", WeakenKind.Torn),
        new("GROUP-LEAVE", WeakenKind.Relaxed, "what stands before it in a signaller is full exchanges, and so is giving the block back; being one step is what matters"),
    ];

    public override void SetUp()
    {
        _live = BlockHeap.LiveBytes;
        _group = WaitGroup.TryCreate(2, 2);
    }

    public override void Body(int thread)
    {
        if (thread < 2)
        {
            Atomic.StorePlain(ref World.Word(thread), 1);
            WaitGroup.Signaled(World.Cache(thread), _group, (uint)thread);
            return;
        }

        WaitTerms terms = WaitTerms.Of(Timeout.InfiniteTimeSpan, WaitHint.Block, CancellationToken.None);
        Require(ParkedWaiter.Sleep(World.Cache(2), default(Never), &_group->Word, terms), "the waiter was not woken");
        Require(
            Atomic.LoadPlain(ref World.Word(0)) == 1 && Atomic.LoadPlain(ref World.Word(1)) == 1, "the waiter does not see both");
        WaitGroup.Leave(_group, 1);
    }

    public override void End() => Require(BlockHeap.LiveBytes == _live, "the group's block was not given back, or twice");

    private readonly struct Never : IWaitTarget
    {
        public bool IsMet => false;
    }
}
