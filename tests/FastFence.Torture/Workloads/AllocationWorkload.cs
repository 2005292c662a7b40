using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 22: the n-th refill of a magazine finds nothing, for every n. One call is refused, nothing is half-made.</summary>
internal sealed unsafe class AllocationWorkload : Workload
{
    internal const string HalfMade = "half-made";

    private const uint Calls = 12;
    private static readonly RingCommand s_job = new() { Opcode = 1 };
    private long _refused;

    internal AllocationWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run) => Bodies = [FailEach];

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge() => Counters["calls_refused"] = _refused;

    private void FailEach()
    {
        var random = Random(0);
        while (!Run.IsStopped)
        {
            // One slot a magazine: each call is a refill, so that every call meets its failure in turn.
            using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, MaxFences = 1 << 14, MaxCallbacks = 1 << 14, MagazineSize = 1 });
            using Timeline timeline = engine.CreateTimeline("torture-allocation");
            FenceRing ring = engine.CreateRing("torture-allocation");
            using FenceSource target = timeline.CreateFence();
            for (uint which = 1; which <= Calls && !Run.IsStopped; which++)
            {
                Try(engine, timeline, ring, target.Fence, which, random.Next(3));
            }

            target.Signal();
            ring.Consumer.Complete(ring.Timeline.LastSeqno);
            EndRound();
        }
    }

    private void Try(FenceEngine engine, Timeline timeline, FenceRing ring, Fence target, uint which, uint first)
    {
        // With anything on limbo the engine would make room by itself, and try again.
        engine.Barrier(TimeSpan.FromSeconds(20));
        long before = Live(engine);
        engine.Block->Pools.FailAfter = which;
        List<FenceSource> sources = [];
        long made = 0;
        for (uint i = 0; i < Calls; i++)
        {
            bool accepted = false;
            switch ((first + i) % 3)
            {
                case 0 when timeline.TryCreateFence(out FenceSource source):
                    sources.Add(source);
                    accepted = true;
                    break;
                case 1:
                    accepted = ring.EmitDetached(s_job, out _) == EmitResult.Emitted;
                    break;
                case 2:
                    accepted = target.AddCallback(static (_, _) => { }, null, out _) == AddCallbackResult.Added;
                    break;
                default:
                    break;
            }

            made += accepted ? 1 : 0;
        }

        engine.Block->Pools.FailAfter = 0;
        _refused += Calls - made;
        long live = Live(engine) - before;
        long expected = made + (Breaks(HalfMade) ? 1 : 0);
        if (live != expected)
        {
            Report(HalfMade, $"refill {which} failed: {made} of {Calls} calls were accepted, {live} slots are live");
        }

        sources.ForEach(static s => s.Signal());
        sources.ForEach(static s => s.Dispose());
        while (ring.Consumer.TryTake(out _))
        {
            ring.Consumer.Complete(ring.Consumer.Position);
        }

        while (ring.Outstanding != 0)
        {
            engine.Poller.DoWork();
        }
    }

    private static long Live(FenceEngine engine)
    {
        EngineStatistics now = engine.GetStatistics();
        return now.FencesLive + now.CallbackNodesLive;
    }
}
