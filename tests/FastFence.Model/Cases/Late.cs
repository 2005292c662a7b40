using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>
/// The last reference goes while the callbacks run: the slot waits until they have returned, and whoever then frees what the
/// callback used comes after it.
/// </summary>
internal sealed unsafe class Late : ModelCase
{
    private Fence _fence;

    public override string Title => "signal with a callback, release the last reference, settle";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("LATE-CHECK", WeakenKind.Relaxed),
        new("QUIESCE-SET", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence(references: 2);
        Callbacks.Add(_fence, &Callback);
    }

    public override void Body(int thread)
    {
        ThreadCache* cache = World.Cache(thread);
        if (thread == 0)
        {
            FenceSignal.Signal(_fence, 0, 6400);
            return;
        }

        // Both references: the signaller stands in a section only.
        FenceLife.Release(cache, _fence.Index, _fence.Slot, _fence.Generation);
        FenceLife.Release(cache, _fence.Index, _fence.Slot, _fence.Generation);
        LateSlots.Settle(cache);
        if (World.Staged(&cache->Fences, _fence.Index) != 0)
        {
            Run.Current.WriteData(ref World.Word(0), 1);
        }
    }

    public override void End()
    {
        LateSlots.Settle(World.Cache(1));
        int staged = World.StagedFences(_fence.Index);
        Bag* late = (Bag*)World.Cache(1)->Late;
        Require(HeadWord.IsQuiesced(_fence.Slot->Head) ? staged == 1 : staged == 0 && late->Count == 1,
            $"the slot was staged {staged} times, {late->Count} wait");
    }

    private static void Callback(Fence fence, nint state)
    {
        if (Run.IsModelThread)
        {
            Run.Current.WriteData(ref World.Word(0), 2);
        }
    }
}

/// <summary>Somebody frees what a callback used once the fence reads quiesced (fault 5).</summary>
internal sealed unsafe class Quiesced : ModelCase
{
    private Fence _fence;

    public override string Title => "signal with a callback; quiesced? free";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("QUIESCE-SET", WeakenKind.Relaxed),
        new("IS-QUIESCED", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence(references: 2);
        Callbacks.Add(_fence, &Callback);
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            FenceSignal.Signal(_fence, 0, 6400);
        }
        else if (_fence.IsQuiesced)
        {
            Run.Current.WriteData(ref World.Word(0), 1);
        }
    }

    private static void Callback(Fence fence, nint state) => Run.Current.WriteData(ref World.Word(0), 2);
}

/// <summary>A thread sleeps until the fence is quiesced: it wakes, and frees what the callback used after it (fault 5).</summary>
internal sealed unsafe class WaitForQuiesced : ModelCase
{
    private Fence _fence;

    public override string Title => "signal with a callback; mark, sleep until quiesced, free";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("QUIESCE-WAIT", WeakenKind.Relaxed),
        new("QUIESCE-LOOK", WeakenKind.Removed),
        new("QUIESCE-LOOK", WeakenKind.Relaxed, "a look only: the process-wide barrier of [QUIESCE-WAIT] orders it with the bit"),
        new("QUIESCE-TELL", WeakenKind.Relaxed),
        new("QUIESCE-SLEEP", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence(references: 2);
        Callbacks.Add(_fence, &Callback);
        Names.Set(ref _fence.Slot->Head, "head");
        Names.Set(ref _fence.Slot->Flags, "flags");
        Names.Set(ref World.Engine->Quiesces, "quiesces");
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            FenceSignal.Signal(_fence, 0, 6400);
            return;
        }

        Require(
            FastFence.Waiting.QuiesceWait.Wait(_fence, Timeout.InfiniteTimeSpan, CancellationToken.None).IsSuccess, "the wait came back early");
        Run.Current.WriteData(ref World.Word(0), 1);
    }

    private static void Callback(Fence fence, nint state) => Run.Current.WriteData(ref World.Word(0), 2);
}

/// <summary>The owner settles the slots that it kept while the reclaimer takes them: each goes on limbo once.</summary>
internal sealed unsafe class LateStolen : ModelCase
{
    private readonly Fence[] _fences = new Fence[2];

    public override string Title => "keep two late slots and settle; steal";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("STAGE-SEAL", WeakenKind.Torn),
        new("STAGE-STEAL", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        for (int i = 0; i < 2; i++)
        {
            _fences[i] = World.NewFence();
            _fences[i].Slot->Head |= HeadWord.ClosedBit | (i == 0 ? HeadWord.Quiesced : 0);
        }
    }

    public override void Body(int thread)
    {
        ThreadCache* owner = World.Cache(0);
        if (thread == 1)
        {
            LateSlots.Steal(World.Cache(1), owner);
            return;
        }

        LateSlots.Add(owner, _fences[0].Index);
        LateSlots.Add(owner, _fences[1].Index);
        Atomics.Atomic.OrFull(ref _fences[1].Slot->Head, HeadWord.Quiesced);
        LateSlots.Settle(owner);
    }

    public override void End()
    {
        LateSlots.Settle(World.Cache(0));
        LateSlots.Settle(World.Cache(1));
        foreach (Fence fence in _fences)
        {
            Require(World.StagedFences(fence.Index) == 1, $"slot {fence.Index} was given up {World.StagedFences(fence.Index)} times");
        }
    }
}
