using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Cases;

/// <summary>Two holders use what the fence guards and let go; the last one of them frees it.</summary>
internal sealed unsafe class LastReference : ModelCase
{
    private Fence _fence;

    public override string Title => "two releases; the last one frees";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FENCE-LAST", WeakenKind.Relaxed),
        new("FENCE-LAST", WeakenKind.Torn),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence(references: 2);
        _fence.Slot->Head |= HeadWord.ClosedBit | HeadWord.Quiesced;
        Names.Set(ref _fence.Slot->RefGen, "references");
    }

    public override void Body(int thread)
    {
        Run.Current.ReadData(ref World.Word(0));
        FenceLife.Release(World.Cache(thread), _fence.Index, _fence.Slot, _fence.Generation);
        if (World.Staged(&World.Cache(thread)->Fences, _fence.Index) != 0)
        {
            Run.Current.WriteData(ref World.Word(0), 1);
        }
    }

    public override void End() =>
        Require(World.StagedFences(_fence.Index) == 1, $"the slot was given up {World.StagedFences(_fence.Index)} times");
}

/// <summary>A weak handle is made a reference while the last one is dropped: then the slot stays, or it is refused (C16).</summary>
internal sealed unsafe class AcquireAgainstRelease : ModelCase
{
    private bool _acquired;
    private Fence _fence;

    public override string Title => "release the last reference; acquire from a weak handle";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FENCE-ACQUIRE", WeakenKind.Torn),
        new("FENCE-ACQUIRE", WeakenKind.Relaxed, "one word carries count and generation; what was done under the reference is ordered by [FENCE-LAST]"),
        new("FENCE-LAST", WeakenKind.Torn),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence();
        _fence.Slot->Head |= HeadWord.ClosedBit | HeadWord.Quiesced;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            FenceLife.Release(World.Cache(0), _fence.Index, _fence.Slot, _fence.Generation);
        }
        else
        {
            _acquired = FenceLife.TryAcquire(_fence.Slot, _fence.Generation);
            Require(
                !_acquired || FenceLife.IsCurrent(_fence.Slot, _fence.Generation), "a reference is held and the fence is gone");
        }
    }

    public override void End()
    {
        ulong expected = _acquired ? ((ulong)_fence.Generation << 32) | 1 : (ulong)(_fence.Generation + 1) << 32;
        Require(_fence.Slot->RefGen == expected, $"acquired: {_acquired}, and the word is {_fence.Slot->RefGen:X}");
        Require(World.StagedFences(_fence.Index) == (_acquired ? 0 : 1), "the slot is not where it belongs");
    }
}

/// <summary>Somebody who knows the handle in advance (forged, guessed) meets the fence whole or not at all.</summary>
internal sealed unsafe class Birth : ModelCase
{
    private const ulong Seqno = 7;

    private uint _index;
    private uint _generation;

    public override string Title => "make a fence; acquire, or look, by a guessed handle";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FENCE-BIRTH", WeakenKind.Relaxed),
        new("HANDLE-CHECK", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        _index = FenceLife.Reserve(World.Cache(0));
        _generation = (uint)(FenceSlot.At(_index)->RefGen >> 32);
    }

    public override void Body(int thread)
    {
        FenceSlot* fence = FenceSlot.At(_index);
        if (thread == 0)
        {
            FenceLife.Initialize(World.Cache(0), _index, World.Timeline, Seqno, 0, 2, 0);
        }
        else if (thread == 1 ? FenceLife.TryAcquire(fence, _generation) : FenceLife.IsCurrent(fence, _generation))
        {
            Require(Atomic.LoadPlain(ref fence->Seqno) == Seqno, "the seqno is of the former life");
            Require(Atomic.LoadPlain(ref fence->Head) == HeadWord.OpenEmpty(_generation), "the head is of the former life");
        }
    }
}

/// <summary>A shared slot that always names a live fence is replaced while a reference is taken from it.</summary>
internal sealed unsafe class AcquireFromShared : ModelCase
{
    private Fence _old;
    private Fence _new;

    public override string Title => "replace a fence in a slot and release it; acquire from the slot";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("SLOT-RELOAD", WeakenKind.Repeat),
        new("SLOT-RELOAD", WeakenKind.Relaxed, "a refused acquire has read the release that came after the replacing"),
    ];

    public override void SetUp()
    {
        _old = World.NewFence();
        _new = World.NewFence();
        _old.Slot->Head |= HeadWord.ClosedBit | HeadWord.Quiesced;
        World.Word(0) = _old.Value;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Atomic.ExchangeFull(ref World.Word(0), _new.Value);
            FenceLife.Release(World.Cache(0), _old.Index, _old.Slot, _old.Generation);
        }
        else
        {
            Require(Fence.TryAcquireFrom(ref World.Word(0), out FenceRef reference), "the slot always names a live fence, and none was had");
            Require(FenceLife.IsCurrent(reference.Fence.Slot, reference.Fence.Generation), "a reference is held and the fence is gone");
        }
    }
}

/// <summary>An owner whose handle nobody has signals and lets go by plain stores: a guessed handle never sees time run back.</summary>
internal sealed unsafe class OwnRelease : ModelCase
{
    private Fence _fence;

    public override string Title => "signal and release an unshared fence; look twice by a guessed handle";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FENCE-LAST-OWN", WeakenKind.Relaxed, "nobody reads anything under the generation it writes; the slot's next life is ordered by limbo and its grace period"),
        new("FENCE-LAST-OWN", WeakenKind.Removed),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence();
        _fence.Slot->Flags = FenceFlags.Unshared;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            FenceSignal.Signal(_fence, 0, 6400);
            FenceLife.Release(World.Cache(0), _fence.Index, _fence.Slot, _fence.Generation);
            return;
        }

        FenceState first = _fence.Status.State;
        FenceState second = _fence.Status.State;
        Require(Rank(second) >= Rank(first), $"{second} after {first}");
    }

    public override void End()
    {
        Require(World.StagedFences(_fence.Index) == 1, $"the slot was given up {World.StagedFences(_fence.Index)} times");
        Require(!FenceLife.IsCurrent(_fence.Slot, _fence.Generation), "the handle of a fence that is gone is still good");
    }

    private static int Rank(FenceState state) => state == FenceState.Pending ? 0 : state == FenceState.Stale ? 2 : 1;
}
