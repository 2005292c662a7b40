using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 37: threads go on with the handles of an engine while it is disposed, and afterwards.</summary>
internal sealed class DisposedEngineWorkload : Workload
{
    internal const string DeadAccepted = "dead-handle-accepted";

    private const int Batch = 64;

    private readonly Duel _duel = new();
    private readonly ulong[] _handles = new ulong[Batch];
    private FenceEngine? _engine;
    private Timeline? _timeline;
    private FenceSource[] _sources = [];

    internal DisposedEngineWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run) => Bodies = [() => _duel.Lead(run, Make, DisposeEngine, Check), () => _duel.Follow(Use)];

    internal override IReadOnlyList<Action> Bodies { get; }

    private void Make()
    {
        _engine = new FenceEngine(new FenceEngineOptions { StartPoller = false, MaxFences = 1 << 14 });
        _timeline = _engine.CreateTimeline("torture-disposed");
        _sources = [.. Enumerable.Range(0, Batch).Select(_ => _timeline.CreateFence())];
        for (int i = 0; i < Batch; i++)
        {
            _handles[i] = _sources[i].Fence.Value;
        }
    }

    private void DisposeEngine() => _engine!.Dispose();

    // While it goes: any answer will do, as long as there is one.
    private void Use()
    {
        for (int i = 0; i < 4 * Batch; i++)
        {
            Fence fence = Fence.FromValue(_handles[i % Batch]);
            if (fence.TryAcquire(out FenceRef reference))
            {
                reference.Dispose();
            }

            fence.AddCallback(static (_, _) => { }, null, out CallbackRegistration registration);
            registration.Remove();
            _timeline!.TryCreateFence(out FenceSource made);
            made.Dispose();
        }
    }

    private void Check()
    {
        if (Breaks(DeadAccepted))
        {
            using FenceSource live = Run.Engine.CreateTimeline("torture-live").CreateFence();
            _handles[0] = live.Fence.Value;
            Offer();
        }

        Offer();
        if (_timeline!.TryCreateFence(out _))
        {
            Report(DeadAccepted, "a disposed engine's timeline made a fence");
        }

        Array.ForEach(_sources, static s => s.Dispose());
        EndRound();
        Run.Rest(20);
    }

    private void Offer()
    {
        foreach (ulong handle in _handles)
        {
            if (StaleHandles.FirstThatAccepts(Fence.FromValue(handle)) is { } call)
            {
                Report(DeadAccepted, $"{call} accepted {handle:X}, a handle of a disposed engine");
            }
        }
    }
}
