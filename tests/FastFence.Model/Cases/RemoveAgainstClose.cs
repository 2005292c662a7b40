using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>Callbacks of a fence, for cases about removing them.</summary>
internal abstract unsafe class CallbackCase : ModelCase
{
    private static readonly int[] s_runs = new int[8];

    private readonly CallbackRegistration[] _registrations = new CallbackRegistration[8];

    protected Fence Fence { get; private set; }

    /// <summary>How many callbacks the fence has when the threads begin.</summary>
    protected virtual int Callbacks => 1;

    public override void SetUp()
    {
        Fence = World.NewFence(references: 2);
        Names.Set(ref Fence.Slot->Head, "head");
        Names.Set(ref Fence.Slot->Flags, "flags");
        for (int i = 0; i < Callbacks; i++)
        {
            uint index = CallbackList.Take(World.Cache(0));
            CallbackNode* node = CallbackNode.At(index);
            delegate*<Fence, nint, void> callback = &Callback;
            node->Function = (nint)callback;
            node->Argument = i;
            node->Kind = (byte)NodeKind.Managed;
            _registrations[i] = new CallbackRegistration(Fence, index, node->State & ~NodeState.Mask);
            CallbackList.Push(World.Cache(Clocks.MaxThreads - 1), Fence.Slot, Fence.Generation, index);
            Names.Set(ref node->State, $"state {i}");
            Names.Set(ref node->Next, $"next {i}");
            Names.Set(ref node->RunNext, $"run next {i}");
            Names.Set(ref node->Final, $"final {i}");
        }
    }

    public override void Begin() => s_runs.AsSpan().Clear();

    protected static int Runs(int callback) => s_runs[callback];

    protected CallbackRegistration Registration(int callback) => _registrations[callback];

    /// <summary>How often the node of a callback was given up for its grace period.</summary>
    protected int Given(int callback) => World.StagedNodes(_registrations[callback].Node);

    /// <summary>As <see cref="CallbackRegistration.Remove"/>, on this thread's cache.</summary>
    protected bool Remove(int thread, int callback) => CallbackList.Remove(
        World.Cache(thread), Fence.Slot, Fence.Generation, _registrations[callback].Node, _registrations[callback].Generation);

    protected void Signal() => FenceSignal.Signal(Fence, 0, 6400);

    private static void Callback(Fence fence, nint state) => s_runs[state]++;
}

/// <summary>A callback is removed while the fence is signaled: it runs or is removed, and its node is given up once (C11).</summary>
internal class RemoveAgainstClose : CallbackCase
{
    private bool _removed;

    public override string Title => "remove a callback, signal";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CB-REMOVE", WeakenKind.Relaxed),
        new("CB-REVERT", WeakenKind.Relaxed, "being one step is what matters: the state is the whole message"),
        new("CB-REVERT", WeakenKind.Torn),
        new("CB-CLAIM", WeakenKind.Relaxed, "the close before it is a full exchange, and so is the mark: one of them comes first"),
        new("CB-CLAIM", WeakenKind.Removed),
    ];

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            _removed = RemoveOne();
        }
        else
        {
            SignalOne();
        }
    }

    protected virtual bool RemoveOne() => Remove(0, 0);

    protected virtual void SignalOne() => Signal();

    public override void End()
    {
        Require(Runs(0) + (_removed ? 1 : 0) == 1, $"removed: {_removed}, ran {Runs(0)} times");
        Require(Given(0) == 1, $"the node was given up {Given(0)} times");
        Require(Fence.IsQuiesced, "the fence is not quiesced");
    }
}

/// <summary>The same by the plain ways: a remover with a cache of the fence's engine, a signaller who knows where the fence stands.</summary>
internal class RemoveAgainstCloseByPlace : RemoveAgainstClose
{
    public override string Title => "remove a callback the plain way, signal by place";

    public override IReadOnlyList<Twin> Twins { get; } = [new("CB-REMOVE", WeakenKind.Relaxed), new("CB-REVERT", WeakenKind.Torn), new("CB-CLAIM", WeakenKind.Removed)];

    protected override bool RemoveOne() => Registration(0).Remove();

    protected override unsafe void SignalOne() => FenceSignal.SignalOn(ref Registry.Current, Fence.Value, FencePlace.Of(World.Timeline, Fence.Slot->Seqno), 0, 6400);
}

/// <summary>The same with a signaller whose last signal found callbacks: it looks before it closes.</summary>
internal sealed unsafe class RemoveAgainstCloseLooking : RemoveAgainstCloseByPlace
{
    public override string Title => "remove a callback the plain way, look and signal by place";

    public override void Begin()
    {
        base.Begin();
        World.Cache(1)->LooksFirst = 1;
    }
}

/// <summary>Two threads remove the same callback while it is signaled: at most one of them is told so.</summary>
internal sealed class RemoveTwice : CallbackCase
{
    private readonly bool[] _removed = new bool[2];

    public override string Title => "remove a callback twice, signal";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } = [new("CB-REMOVE", WeakenKind.Torn)];

    public override void Body(int thread)
    {
        if (thread < 2)
        {
            _removed[thread] = Remove(thread, 0);
        }
        else
        {
            Signal();
        }
    }

    public override void End()
    {
        int removed = (_removed[0] ? 1 : 0) + (_removed[1] ? 1 : 0);
        Require(Runs(0) + removed == 1, $"removed {removed} times, ran {Runs(0)} times");
        Require(Given(0) == 1, $"the node was given up {Given(0)} times");
    }
}

/// <summary>
/// A sweep unlinks a removed callback between two others while one more is removed and the fence is signaled, or another is
/// added: every node is given up once, every callback that stayed runs once.
/// </summary>
internal abstract unsafe class Sweep : CallbackCase
{
    private readonly bool[] _removed = new bool[2];

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins => [];

    protected override int Callbacks => 3;

    protected bool IsRemoved(int callback) => callback < 2 && _removed[callback];

    public override void Begin()
    {
        base.Begin();
        _removed.AsSpan().Clear();
    }

    public override void Body(int thread)
    {
        switch (thread)
        {
            case 0:
                _removed[0] = Remove(0, 0);
                break;
            case 1:
                _removed[1] = Remove(1, 1);
                ThreadCache* cache = World.Cache(1);
                Reader.Enter(cache->Domain, cache->Reader);
                CallbackSweep.Sweep(cache, Fence.Slot, Fence.Generation);
                Reader.Exit(cache->Reader);
                break;
            default:
                Third();
                break;
        }
    }

    public override void End()
    {
        if (!HeadWord.IsClosed(Fence.Slot->Head))
        {
            Signal();
        }

        for (int i = 0; i < 3; i++)
        {
            Require(Runs(i) + (IsRemoved(i) ? 1 : 0) == 1, $"callback {i}: removed: {IsRemoved(i)}, ran {Runs(i)} times");
            Require(Given(i) == 1, $"node {i} was given up {Given(i)} times");
        }

        Require(HeadWord.IsQuiesced(Fence.Slot->Head), "the fence is not quiesced");
    }

    /// <summary>What the third thread does.</summary>
    protected abstract void Third();
}

/// <summary>The fence is signaled under the sweep.</summary>
internal sealed class SweepAgainstClose : Sweep
{
    public override string Title => "remove, remove and sweep, signal";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CB-SWEEP", WeakenKind.Torn),
        new("SWEEP-END", WeakenKind.Torn),
        new("SWEEP-END", WeakenKind.Relaxed, "the runner's close is a full exchange on the same word, and unlinking is by release stores"),
        new("CB-FINAL", WeakenKind.Relaxed, "the remover's last access of the node is the full exchange of [CB-REMOVE]", Operation: "Store"),
        new("CB-FINAL", WeakenKind.Forged, Operation: "Load", Forge: _ => 1), // the sweeper does not ask
    ];

    public override void End()
    {
        Require(Fence.IsSignaled, "the sweep has overwritten the signal");
        base.End();
    }

    protected override void Third() => Signal();
}

/// <summary>A callback is added under the sweep.</summary>
internal sealed class SweepAgainstPush : Sweep
{
    private static int s_fourth;

    private AddCallbackResult _added;

    public override string Title => "remove, remove and sweep, add";

    public override void Begin()
    {
        base.Begin();
        s_fourth = 0;
    }

    public override void End()
    {
        base.End();
        Require(_added == AddCallbackResult.Added && s_fourth == 1, $"{_added}, and ran {s_fourth} times");
    }

    protected override unsafe void Third()
    {
        delegate*<Fence, nint, void> callback = &Fourth;
        _added = Fence.AddCallback(callback, 0, out _);
    }

    private static void Fourth(Fence fence, nint state) => s_fourth++;
}
