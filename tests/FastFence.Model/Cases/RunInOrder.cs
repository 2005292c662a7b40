using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Cases;

/// <summary>
/// Two threads signal the two fences of a timeline, a dispatcher runs what is left to it: each callback runs once, the second
/// fence's after the first one's, and sees what that did (C11, fault 26).
/// </summary>
internal class RunInOrder : ModelCase
{
    private static int s_ran;

    private readonly Fence[] _fences = new Fence[2];

    public override string Title => "signal two fences of a timeline with callbacks; dispatch";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CB-TURN-TAKE", WeakenKind.Relaxed),
        new("CB-TURN-QUEUE", WeakenKind.Torn),
        new("CB-TURN-QUEUE", WeakenKind.Relaxed),
        new("CB-TURN-LEAVE", WeakenKind.Torn),
        new("CB-TURN-LEAVE", WeakenKind.Relaxed),
    ];

    public override unsafe void SetUp()
    {
        for (int i = 0; i < 2; i++)
        {
            _fences[i] = World.NewFence(references: 2);
            Callbacks.Add(_fences[i], &Callback);
            Names.Set(ref _fences[i].Slot->Head, $"head {i + 1}");
        }

        Names.Set(ref World.Timeline->Completed, "completed");
        Names.Set(ref World.Timeline->Queued, "queued");
        Names.Set(ref World.Timeline->Runner, "runner");
    }

    public override void Begin() => s_ran = 0;

    public override unsafe void Body(int thread)
    {
        if (thread == 2)
        {
            Callbacks.RunAll(World.Cache(2));
            return;
        }

        if (thread == 1)
        {
            // In turn only: signals out of turn have cases of their own, and would be run by the first thread.
            while (Atomics.Atomic.LoadAcquire(ref World.Timeline->Completed) == 0)
            {
                Platform.CurrentThread.Yield();
            }
        }

        SignalOne(_fences[thread]);
    }

    protected virtual void SignalOne(Fence fence) => FenceSignal.Signal(fence, 0, 6400);

    public override unsafe void End()
    {
        Callbacks.RunAll(World.Cache(Clocks.MaxThreads - 1));
        Require(s_ran == 2, $"{s_ran} of two callbacks ran");
        for (int i = 0; i < 2; i++)
        {
            Require(HeadWord.IsQuiesced(_fences[i].Slot->Head), $"fence {i + 1} is not quiesced");
            Require((uint)_fences[i].Slot->RefGen == 2, $"fence {i + 1} has {(uint)_fences[i].Slot->RefGen} references");
        }

        Require(World.Timeline->Queued == 0, "the turn was not given up");
    }

    // A race on the word is two callbacks at once, or one that does not see the other.
    private static void Callback(Fence fence, nint state)
    {
        Require((int)fence.Seqno == ++s_ran, $"fence {fence.Seqno} ran as number {s_ran}");
        if (Run.IsModelThread)
        {
            Run.Current.WriteData(ref World.Word(0), fence.Seqno);
        }
    }
}

/// <summary>The same on a timeline whose signallers run nothing themselves.</summary>
internal sealed unsafe class RunHandedOver : RunInOrder
{
    public override string Title => "signal two fences of a timeline that hands over; dispatch";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CB-TURN-ALL", WeakenKind.Relaxed),
        new("CB-TURN-ALL", WeakenKind.Torn),
    ];

    public override void SetUp()
    {
        base.SetUp();
        World.Timeline->Flags |= TimelineFlags.HandsOver;
    }
}

/// <summary>The same by signallers who know where their fences stand, and run callbacks straight from the signal.</summary>
internal sealed unsafe class RunInOrderDirect : RunInOrder
{
    public override string Title => "signal two fences of a timeline with callbacks by place; dispatch";

    protected override void SignalOne(Fence fence) =>
        FenceSignal.SignalOn(ref Reclamation.Registry.Current, fence.Value, FencePlace.Of(World.Timeline, fence.Slot->Seqno), 0, 6400);
}
