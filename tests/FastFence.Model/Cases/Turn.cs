using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Cases;

/// <summary>Two fences of one timeline signaled by two threads: both end, in order, whoever comes first (C11).</summary>
internal class Turn : ModelCase
{
    private readonly Fence[] _fences = new Fence[3];

    public override string Title => "signal in turn, signal out of turn";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("TURN-RECORD", WeakenKind.Relaxed),
        new("TURN-CHECK", WeakenKind.Relaxed),
        new("TURN-MOVE", WeakenKind.Relaxed),
        new("TURN-AFTER", WeakenKind.Relaxed, "a look only: [TURN-LOOK] orders what follows it, and the barrier of [TURN-RECORD] what it sees"),
        new("TURN-AFTER", WeakenKind.Removed),
        new("TURN-LOOK", WeakenKind.Relaxed),
    ];

    protected virtual int Fences => 2;

    public override unsafe void SetUp()
    {
        for (int i = 0; i < Fences; i++)
        {
            _fences[i] = World.NewFence(references: 2);
            Names.Set(ref _fences[i].Slot->Head, $"head {i + 1}");
        }

        Names.Set(ref World.Timeline->Completed, "completed");
        Names.Set(ref World.Timeline->DeferredCount, "deferred count");
        Names.Set(ref World.Timeline->DeferredStack, "deferred stack");
        Names.Set(ref World.Timeline->DeferredNext, "deferred next");
        Names.Set(ref World.Timeline->DrainFlag, "drain flag");
        Names.Set(ref World.Timeline->LastUnits, "last units");
    }

    // The later a fence, the earlier the time it is given: stamps must not fall all the same.
    public override void Body(int thread) => _ = Signal(thread);

    public override unsafe void End()
    {
        Require(World.Timeline->Completed == (ulong)Fences, $"a recorded signal is lost: completed is {World.Timeline->Completed}");
        ulong last = 0;
        for (int i = 0; i < Fences; i++)
        {
            ulong head = _fences[i].Slot->Head;
            Require(HeadWord.IsClosed(head), $"fence {i + 1} is pending");
            Require(HeadWord.Units(head) >= last, $"the stamp of fence {i + 1} is before the one of the fence before");
            Require((uint)_fences[i].Slot->RefGen == 2, $"fence {i + 1} has {(uint)_fences[i].Slot->RefGen} references");
            last = HeadWord.Units(head);
        }

        Require(World.Timeline->DeferredCount == 0 && World.Timeline->DrainFlag == 0, "the timeline is not at rest");
    }

    protected virtual ulong PlaceOf(int fence) => 0;

    protected SignalResult Signal(int fence) =>
        FenceSignal.SignalOn(ref Reclamation.Registry.Current, _fences[fence].Value, PlaceOf(fence), 0, 64 * (1000 - (100 * fence)));
}

/// <summary>The same by signallers who know where their fences stand, and exchange before they have looked.</summary>
internal sealed class TurnByPlace : Turn
{
    public override string Title => "signal in turn, signal out of turn, by place";

    protected override unsafe ulong PlaceOf(int fence) => FencePlace.Of(World.Timeline, (ulong)fence + 1);
}

/// <summary>Three fences, three threads: whoever drains may be passed by another who records or moves the turn.</summary>
internal sealed class TurnOfThree : Turn
{
    public override string Title => "signal three in any order";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } = [new("TURN-LEAVE", WeakenKind.Relaxed)];

    protected override int Fences => 3;
}

/// <summary>The second fence is signaled twice, in and out of turn, while the first one passes: one of the two counts (C1).</summary>
internal sealed class TurnTwice : Turn
{
    private readonly SignalResult[] _results = new SignalResult[3];

    public override string Title => "signal one, signal the next twice";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("TURN-PROMISE", WeakenKind.Torn),
        new("TURN-PROMISE", WeakenKind.Relaxed, "being one step is what matters; what follows it is full exchanges"),
    ];

    public override void Body(int thread) => _results[thread] = Signal(Math.Min(thread, 1));

    public override void End()
    {
        base.End();
        int counted = _results.Skip(1).Count(r => r is SignalResult.Signaled or SignalResult.Deferred);
        Require(counted == 1, $"the second fence was signaled {counted} times");
    }
}

/// <summary>A source's error is set while it is signaled: it is the fence's error or it was refused (C2).</summary>
internal sealed class ErrorAgainstSignal : ModelCase
{
    private bool _set;
    private Fence _fence;

    public override string Title => "set an error, signal";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("SET-ERROR", WeakenKind.Relaxed, "the word carries all that it says; that it is one exchange is what matters"),
        new("SET-ERROR", WeakenKind.Torn),
        new("SIGNAL-CLOSE", WeakenKind.Torn),
    ];

    public override void SetUp() => _fence = World.NewFence(references: 2);

    public override unsafe void Body(int thread)
    {
        if (thread == 0)
        {
            _set = FenceSignal.TrySetError(_fence.Slot, _fence.Generation, 9);
        }
        else
        {
            FenceSignal.Signal(_fence, 0, 6400);
        }
    }

    public override unsafe void End()
    {
        ulong head = _fence.Slot->Head;
        Require(HeadWord.IsClosed(head) && HeadWord.Units(head) == 100, "the fence is not signaled");
        Require(HeadWord.ClosedError(head) == (_set ? 9u : 0u), "the error is not what setting it answered");
    }
}
