#pragma warning disable CA2012 // the awaiting thread's value is looked at when all threads have ended
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Cases;

/// <summary>A fence is awaited while it is signaled: the await ends once, whoever of set-up and end comes second.</summary>
internal sealed class Awaiting : ModelCase
{
    private Fence _fence;
    private ValueTask<FenceStatus> _await;

    public override string Title => "await, signal";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("AWAIT-END", WeakenKind.Torn),
        new("AWAIT-END", WeakenKind.Relaxed, "what it orders are a source's managed fields, which the model does not see; that one side finishes is its being one step"),
    ];

    public override void SetUp() => _fence = World.NewFence(references: 2);

    public override void Begin()
    {
        _await = default;
        ThreadPool.Queued = 0;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            _await = _fence.WaitAsync();
        }
        else
        {
            FenceSignal(_fence);
        }
    }

    public override void End()
    {
        Require(_await.IsCompleted, "the await never ends");
        Require(ThreadPool.Queued <= 1, $"its continuation was queued {ThreadPool.Queued} times");
        Require(_await.Result.State == FenceState.Signaled, "the await does not say that the fence is signaled");
    }

    private static void FenceSignal(Fence fence) => Fences.FenceSignal.Signal(fence, 0, 6400);
}
