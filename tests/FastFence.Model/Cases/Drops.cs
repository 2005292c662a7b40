using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>The first thread drops a pending fence whose place it knows: cancelled and released in one section. What the other one does is the case's.</summary>
internal abstract unsafe class DropCase : ModelCase
{
    protected Fence Fence { get; private set; }

    public override void SetUp()
    {
        Fence = World.NewFence();
        Names.Set(ref Fence.Slot->Head, "head");
        Names.Set(ref Fence.Slot->RefGen, "references");
        Names.Set(ref World.Timeline->Completed, "completed");
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            FenceSignal.DropOn(ref Registry.Current, Fence.Value, FencePlace.Of(World.Timeline, 1), 6400);
        }
        else
        {
            Meanwhile();
        }
    }

    public override void End() => RequireGone(0);

    protected abstract void Meanwhile();

    /// <summary>Cancelled, its turn has passed, and its slot was given up once, unless references are held.</summary>
    protected void RequireGone(uint held)
    {
        ulong head = Fence.Slot->Head;
        Require(HeadWord.IsQuiesced(head), "the fence is not signaled");
        Require(World.Timeline->Completed >= 1, "its turn has not passed");
        ulong expected = held == 0 ? (ulong)(Fence.Generation + 1) << 32 : ((ulong)Fence.Generation << 32) | held;
        Require(Fence.Slot->RefGen == expected, $"{held} references are held, and the word is {Fence.Slot->RefGen:X}");
        Require(World.StagedFences(Fence.Index) == (held == 0 ? 1 : 0), $"the slot was given up {World.StagedFences(Fence.Index)} times");
    }
}

/// <summary>Nobody else knows the fence: a guessed handle never sees time run back.</summary>
internal sealed unsafe class OwnDrop : DropCase
{
    public override string Title => "drop an unshared fence; look twice by a guessed handle";

    public override IReadOnlyList<Twin> Twins { get; } = [new("FENCE-LAST-OWN", WeakenKind.Removed), new("SIGNAL-CLOSE", WeakenKind.Removed)];

    public override void SetUp()
    {
        base.SetUp();
        Fence.Slot->Flags = FenceFlags.Unshared;
    }

    protected override void Meanwhile()
    {
        FenceStatus first = Fence.Status;
        FenceStatus second = Fence.Status;
        Require(Rank(second.State) >= Rank(first.State), $"{second} after {first}");
        Require(first.State != FenceState.Failed || first.Error == FenceError.Canceled, $"{first}");
    }

    private static int Rank(FenceState state) => state == FenceState.Pending ? 0 : state == FenceState.Stale ? 2 : 1;
}

/// <summary>A weak handle is made a reference meanwhile: then the slot stays, or it is refused (C16).</summary>
internal sealed unsafe class AcquireAgainstDrop : DropCase
{
    private bool _acquired;

    public override string Title => "drop a pending fence; acquire from a weak handle";

    public override IReadOnlyList<Twin> Twins { get; } = [new("FENCE-LAST", WeakenKind.Torn), new("FENCE-ACQUIRE", WeakenKind.Torn)];

    public override void End() => RequireGone(_acquired ? 1u : 0);

    protected override void Meanwhile()
    {
        _acquired = FenceLife.TryAcquire(Fence.Slot, Fence.Generation);
        Require(!_acquired || FenceLife.IsCurrent(Fence.Slot, Fence.Generation), "a reference is held and the fence is gone");
    }
}

/// <summary>Teardown's scan has found the fence and signals it meanwhile, by its handle: one of the two ends it (C1).</summary>
internal sealed unsafe class SignalAgainstDrop : DropCase
{
    private SignalResult _result;

    public override string Title => "drop a pending fence; signal it by its handle";

    public override IReadOnlyList<Twin> Twins { get; } = [new("SIGNAL-CLOSE", WeakenKind.Torn)];

    public override void End()
    {
        RequireGone(0);
        uint error = HeadWord.ClosedError(Fence.Slot->Head);
        Require(error == (_result == SignalResult.Signaled ? 5u : FenceError.Canceled.Magnitude), $"{_result}, and the error is {error}");
    }

    protected override void Meanwhile() => _result = FenceSignal.Signal(Fence, 5, 6400);
}

/// <summary>The next fence of the timeline is signaled meanwhile, in turn or out of it: both end (C11).</summary>
internal sealed unsafe class TurnByDrop : DropCase
{
    private Fence _next;

    public override string Title => "drop a pending fence; signal the next one";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("TURN-RECORD", WeakenKind.Relaxed),
        new("TURN-AFTER", WeakenKind.Removed),
        new("TURN-MOVE", WeakenKind.Relaxed),
        new("TURN-LOOK", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        base.SetUp();
        _next = World.NewFence(references: 2);
        Names.Set(ref _next.Slot->Head, "next head");
        Names.Set(ref World.Timeline->DeferredCount, "deferred count");
    }

    public override void End()
    {
        RequireGone(0);
        Require(HeadWord.IsClosed(_next.Slot->Head) && World.Timeline->Completed == 2, "a recorded signal is lost");
        Require(HeadWord.Units(_next.Slot->Head) >= HeadWord.Units(Fence.Slot->Head), "the stamps fall");
        Require(World.Timeline->DeferredCount == 0 && World.Timeline->DrainFlag == 0, "the timeline is not at rest");
    }

    protected override void Meanwhile() => FenceSignal.Signal(_next, 0, 640);
}
