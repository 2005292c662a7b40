using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>
/// Two threads signal a fence with a callback, by place, one of them looking first; a third adds another callback: one signal wins, and what was accepted
/// runs once, straight from it (C1, C11).
/// </summary>
internal sealed unsafe class RunDirect : ModelCase
{
    private readonly SignalResult[] _results = new SignalResult[2];
    private static int s_ran;
    private Fence _fence;
    private AddCallbackResult _added;

    public override string Title => "signal a fence with a callback twice, add another";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("SIGNAL-CLOSE", WeakenKind.Torn),
        new("CB-PUSH", WeakenKind.Torn),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence(references: 2);
        Callbacks.Add(_fence, &Callback);
        Names.Set(ref _fence.Slot->Head, "head");
    }

    public override void Begin()
    {
        s_ran = 0;
        World.Cache(0)->LooksFirst = 1;
    }

    public override void Body(int thread)
    {
        if (thread == 2)
        {
            _added = CallbackAdd.Add(ref Registry.Current, _fence.Value, NodeKind.Managed, (nint)(delegate*<Fence, nint, void>)&Callback, 0, out _);
            return;
        }

        _results[thread] = FenceSignal.SignalOn(ref Registry.Current, _fence.Value, FencePlace.Of(World.Timeline, 1), 0, 6400);
    }

    public override void End()
    {
        Require((_results[0] == SignalResult.Signaled) != (_results[1] == SignalResult.Signaled), "not exactly one winner");
        int wanted = _added == AddCallbackResult.Added ? 2 : 1;
        Require(s_ran == wanted, $"{s_ran} of {wanted} callbacks ran");
        Require(HeadWord.IsQuiesced(_fence.Slot->Head) && World.Timeline->Completed == 1, "the fence is not done");
        Require(World.Timeline->Queued == 0, "the turn was not given up");
    }

    private static void Callback(Fence fence, nint state) => s_ran++;
}
