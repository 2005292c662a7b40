using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;
using FastFence.Waiting;

namespace FastFence.Model.Cases;

/// <summary>A thread waits for a value that another one brings the timeline to: it wakes, and sees what came before.</summary>
internal unsafe class WaitForValue : ModelCase
{
    private Fence _fence;

    public override string Title => "wait for a value, signal";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("VALUE-AWAIT", WeakenKind.Relaxed),
        new("VALUE-LOOK", WeakenKind.Relaxed, "a look only: whoever comes in has a full fence before he looks again, and the barrier of [VALUE-AWAIT] orders what it sees"),
        new("VALUE-LOOK", WeakenKind.Removed),
    ];

    protected virtual ulong Seqno => 1;

    public override void SetUp()
    {
        _fence = World.NewFence(references: 2);
        Name();
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            FenceSignal.Signal(_fence, 0, 6400);
            return;
        }

        WaitResult result = Wait(Seqno, TimeOuts);
        Require(TimeOuts > 0 || result.IsSuccess, "the wait came back without the value");
        Require(result.IsTimedOut || Atomic.LoadPlain(ref World.Word(0)) == 1, "the waiter does not see what the signaller wrote");
    }

    public override void End() => RequireRest(Threads - 1);

    protected static void Name()
    {
        Names.Set(ref World.Timeline->Completed, "completed");
        Names.Set(ref World.Timeline->Awaited, "awaited");
        Names.Set(ref World.Timeline->WaiterStack, "waiter stack");
        Names.Set(ref World.Timeline->WaiterFlag, "waiter flag");
        Names.Set(ref World.Timeline->WaiterSweep, "waiter sweep");
    }

    protected static void RequireRest(int waiters)
    {
        TimelineBlock* timeline = World.Timeline;
        Require(TimelineWaiters.IsEmpty(timeline) && timeline->WaiterSorted == 0, "somebody still waits");
        Require(World.Engine->Pools.Parked == 0, "the waiter is still counted as parked");
        for (int i = 0; i < waiters; i++)
        {
            uint node = World.Cache(i)->Nodes.Loaded->Items[World.Cache(i)->Nodes.Loaded->Count];
            Require(World.StagedNodes(node) == 1, $"a node was given up {World.StagedNodes(node)} times");
        }
    }

    // The steps of Timeline.WaitFor, which the model does not compile.
    protected static WaitResult Wait(ulong seqno, int timeOuts)
    {
        Section.Enter();
        bool registered = ValueWait.TryRegister(World.Timeline, seqno, NodeKind.ValueWaiter, (nint)WaiterWord.Armed, out ValueSeat seat);
        if (registered)
        {
            TimelineWaiters.Add(seat.Cache, World.Timeline, seat.Node);
        }

        Section.Exit();
        Require(registered, "no node");
        Target target = new(seqno, IsHonest: timeOuts != 0);
        using WaitTerms terms = WaitTerms.Of(
            timeOuts == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(1), WaitHint.Block, CancellationToken.None);
        return ValueWait.Park(seat, target, terms)
            ?? (target.IsMet ? new WaitResult(false, FenceStatus.Signaled) : WaitResult.TimedOut);
    }

    // Without time-outs nobody may lean on the safety poll.
    protected readonly record struct Target(ulong Seqno, bool IsHonest) : IWaitTarget
    {
        public bool IsMet => IsHonest && Atomic.LoadAcquire(ref World.Timeline->Completed) >= Seqno;
    }
}

/// <summary>The same with a deadline that may come at any time.</summary>
internal sealed class WaitForValueWithDeadline : WaitForValue
{
    public override string Title => "wait for a value with a deadline, signal";

    public override int TimeOuts => 1;

    public override IReadOnlyList<Twin> Twins => [];
}

/// <summary>Two threads wait for two values while a third brings both: each is woken, whoever works through the list.</summary>
internal sealed unsafe class WaitForTwoValues : WaitForValue
{
    private readonly Fence[] _fences = new Fence[2];

    public override string Title => "two wait for two values, signal both";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("VALUE-REQUEST", WeakenKind.Relaxed, "each request ends in a full exchange of its own but the moved Completed, which [VALUE-AWAIT] covers"),
        new("VALUE-LEAVE", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        _fences[0] = World.NewFence(references: 2);
        _fences[1] = World.NewFence(references: 2);
        Name();
    }

    public override void Body(int thread)
    {
        if (thread < 2)
        {
            Require(Wait((ulong)thread + 1, 0).IsSuccess, "the wait came back without the value");
            return;
        }

        FenceSignal.Signal(_fences[0], 0, 6400);
        FenceSignal.Signal(_fences[1], 0, 6400);
    }
}

/// <summary>A registered waiter leaves while the value comes: it leaves, or it is woken, never both.</summary>
internal sealed unsafe class LeaveAgainstWake : ModelCase
{
    private Fence _fence;
    private ValueSeat _seat;
    private bool _taken;

    public override string Title => "a waiter for a value leaves, signal";

    public override IReadOnlyList<Twin> Twins { get; } = [new("VALUE-CLAIM", WeakenKind.Torn)];

    public override void SetUp()
    {
        _fence = World.NewFence(references: 2);
        Require(ValueWait.TryRegister(World.Timeline, 1, NodeKind.ValueWaiter, (nint)WaiterWord.Armed, out _seat), "no node");
        TimelineWaiters.Add(_seat.Cache, World.Timeline, _seat.Node);
    }

    public override void Begin() => _taken = false;

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            _taken = ValueWait.TryTake(World.Timeline, _seat.Node, _seat.Generation);
        }
        else
        {
            FenceSignal.Signal(_fence, 0, 6400);
        }
    }

    public override void End()
    {
        bool woken = *(uint*)&CallbackNode.At(_seat.Node)->Argument == WaiterWord.Signaled;
        Require(_taken != woken, _taken ? "the waiter left and was woken" : "the waiter neither left nor was woken");
        Require(World.StagedNodes(_seat.Node) == (_taken ? 1 : 0), "the node is not given up exactly by the one who lets go");
        Require(World.Timeline->WaiterSorted == 0 && TimelineWaiters.IsEmpty(World.Timeline), "somebody still waits");
    }
}

/// <summary>A due await is handed to the thread that completes it, who sleeps when there is nothing: it always wakes.</summary>
internal sealed unsafe class Hub : ModelCase
{
    private AwaitHub* _hub;
    private uint _node;

    public override string Title => "push a due node; pop or sleep";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("HUB-SLEEP", WeakenKind.Relaxed),
        new("HUB-WAKE", WeakenKind.Relaxed, "the push before it is a full exchange; that the announcement is taken in one step saves a second wake"),
        new("HUB-WAKE", WeakenKind.Forged, Forge: _ => 0), // as if nobody slept
    ];

    public override void SetUp()
    {
        _hub = (AwaitHub*)BlockHeap.TryAllocate(sizeof(AwaitHub));
        _node = CallbackList.Take(World.Cache(0));
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            AwaitHub.Push(_hub, _node);
            return;
        }

        uint taken;
        while ((taken = AwaitHub.Pop(_hub)) == 0)
        {
            AwaitHub.Announce(_hub);
            AwaitHub.Sleep(_hub, long.MaxValue);
        }

        Require(taken == _node && Atomic.LoadPlain(ref World.Word(0)) == 1, "the node is taken without what came before it");
    }
}
