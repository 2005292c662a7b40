using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Cases;

/// <summary>A callback is added while the fence is signaled: it runs exactly once or is refused, and sees its state (C11).</summary>
internal sealed unsafe class PushAgainstClose : ModelCase
{
    private static int s_runs;

    private AddCallbackResult _added;
    private Fence _fence;

    public override string Title => "add a callback, signal";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CB-PUSH", WeakenKind.Relaxed),
        new("CB-PUSH", WeakenKind.Torn),
        new("SIGNAL-CLOSE", WeakenKind.Torn),
    ];

    public override void SetUp() => _fence = World.NewFence(references: 2);

    public override void Begin() => s_runs = 0;

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Atomics.Atomic.StorePlain(ref World.Word(0), 7);
            delegate*<Fence, nint, void> callback = &Callback;
            _added = _fence.AddCallback(callback, 1, out _);
        }
        else
        {
            FenceSignal.Signal(_fence, 0, 6400);
        }
    }

    public override void End()
    {
        Require(s_runs == (_added == AddCallbackResult.Added ? 1 : 0), $"{_added}, and ran {s_runs} times");
        Require(_fence.IsQuiesced, "the fence is not quiesced");
    }

    private static void Callback(Fence fence, nint state)
    {
        s_runs++;
        if (Atomics.Atomic.LoadPlain(ref World.Word(0)) != 7)
        {
            Run.Current.Fail("the callback does not see what was written before it was added");
        }
    }
}
