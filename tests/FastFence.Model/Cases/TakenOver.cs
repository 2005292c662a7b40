using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Rings;

namespace FastFence.Model.Cases;

/// <summary>
/// A poller stands still anywhere in its turn, another takes over, retires on and lets a further round begin, and the first goes
/// on: nothing is signaled, run or dropped twice, the turn never falls, and the further round is left alone.
/// </summary>
internal sealed unsafe class TakenOver : RingCase
{
    private static int s_runs;

    private Fence _first;
    private Fence _second;

    public override string Title => "two pollers retire, the one of a former term; emit the next round";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RETIRE-MOVE", WeakenKind.Torn),
        new("RETIRE-MOVE", WeakenKind.Relaxed, "the slot is emptied by a full exchange before it"),
        new("RETIRE-CLEAR", WeakenKind.Torn),
        new("RETIRE-CLEAR", WeakenKind.Relaxed, "the turn moves by a full exchange behind it"),
        new("SIGNAL-CLOSE", WeakenKind.Torn),
    ];

    protected override int PollerThread => 0;

    public override void SetUp()
    {
        base.SetUp();
        Poller->Words.MayBeReplaced = 1;
        Emit(0);
        Emit(1);
        _first = FenceOf(0);
        _second = FenceOf(1);
        Callbacks.Add(_first, &Callback);
        *(uint*)Ring->Word = 2;
    }

    public override void Begin()
    {
        base.Begin();
        s_runs = 0;
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Atomic.AddFull(ref Poller->Words.Term, 1);
        }

        RingRetire.Look(World.Cache(thread), Ring);
        RingRetire.Retire(World.Cache(thread), Ring, 16, 6400, &Poller->Latency, &Poller->Words, (uint)thread);
        if (thread == 1)
        {
            Require(World.Timeline->Completed == 2, $"the successor leaves the turn at {World.Timeline->Completed}");
            Emit(1);
        }
    }

    public override void End()
    {
        Callbacks.RunAll(World.Cache(Clocks.MaxThreads - 1)); // what either poller handed over

        Require(World.Timeline->Completed == 2, $"the turn stands at {World.Timeline->Completed}");
        Require(HeadWord.IsQuiesced(_first.Slot->Head) && HeadWord.IsQuiesced(_second.Slot->Head), "a fence is not signaled");
        Require((uint)_first.Slot->RefGen == 1, $"the first fence has {(uint)_first.Slot->RefGen} references");
        Require((uint)_second.Slot->RefGen == 1, $"the second fence has {(uint)_second.Slot->RefGen} references");
        Require(s_runs == 1, $"the callback ran {s_runs} times");
        if (Result(1) == EmitResult.Emitted)
        {
            Require(RingBlock.RetireOf(Ring, 3) == FenceOf(1).Value, "the next round's handle is gone");
            Require(!HeadWord.IsClosed(FenceOf(1).Slot->Head), "the next round's fence is signaled");
        }
    }

    private static void Callback(Fence fence, nint state) => s_runs++;
}
