using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 16: fences that are signaled before anybody looks. Refused callbacks keep nothing; the live count stays flat.</summary>
internal sealed class BornSignaledWorkload : Workload
{
    internal const string BornPending = "born-pending";
    internal const string LiveGrew = "live-grew";

    private const int Batch = 256;

    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, MaxFences = 1 << 16 });
    private readonly Timeline _timeline;

    internal BornSignaledWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _timeline = _engine.CreateTimeline("torture-born");
        Bodies = [MakeAndDrop];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override FenceEngine OwnEngine => _engine;

    internal override void Judge() => Counters["fences"] = Rounds * Batch;

    protected override void Dispose(bool disposing) => _engine.Dispose();

    private void MakeAndDrop()
    {
        while (!Run.IsStopped)
        {
            for (int i = 0; i < Batch; i++)
            {
                if (!_timeline.TryCreateFence(out FenceSource source))
                {
                    Thread.Sleep(1); // the bound, while another workload's reader is parked
                    break;
                }

                if (!Breaks(BornPending))
                {
                    source.Signal();
                }

                Check(source.Fence);
                if (!Breaks(LiveGrew) || i != 0)
                {
                    source.Dispose();
                }
            }

            // Nobody else uses this engine: what lives now was left by a refusal.
            EngineStatistics now = _engine.GetStatistics();
            if (now.FencesLive + now.CallbackNodesLive != 0)
            {
                Report(LiveGrew, $"{now.FencesLive} fences and {now.CallbackNodesLive} callback nodes live after round {Rounds}");
            }

            Thread.Yield();
            EndRound();
        }
    }

    private void Check(Fence fence)
    {
        AddCallbackResult added = fence.AddCallback(static (_, _) => { }, null, out CallbackRegistration registration);
        if (added != AddCallbackResult.AlreadySignaled || !fence.IsSignaled || fence.Wait(TimeSpan.Zero).IsTimedOut || registration.Remove())
        {
            Report(BornPending, $"seqno {fence.Seqno}: signaled, and adding a callback answered {added}, its status is {fence.Status}");
        }

        if (fence.TryAcquire(out FenceRef reference))
        {
            reference.Dispose();
        }
    }
}
