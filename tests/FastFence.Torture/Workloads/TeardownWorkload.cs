using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 17: an engine is disposed at every phase of its fences, rings and callbacks. Nothing may be held at the end.</summary>
internal sealed class TeardownWorkload : Workload
{
    internal const string HeldAtDispose = "held-at-dispose";

    private static readonly RingCommand s_job = new() { Opcode = 1 };
    private long _fences;

    internal TeardownWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run) => Bodies = [MakeAndDispose];

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge() => Counters["fences"] = _fences;

    private void MakeAndDispose()
    {
        var random = Random(0);
        while (!Run.IsStopped)
        {
            string? held = null;
            List<FenceSource> sources = [];
            FenceRef last = default;
            using (FenceEngine engine = new(new FenceEngineOptions { StartPoller = random.Next(2) == 0, MaxFences = 1 << 14 }))
            {
                engine.Notified += (_, e) => held = e.Kind == NotificationKind.HeldAtDispose ? e.Message : held;
                FenceRing ring = engine.CreateRing("torture-teardown", new RingOptions { Capacity = 64 });
                using Timeline timeline = engine.CreateTimeline("torture-teardown");
                for (uint i = 0, n = random.Next(200); i < n; i++)
                {
                    Step(ring, timeline, sources, random.Next(6));
                }

                sources.ForEach(static s => s.Dispose());
                if (Breaks(HeldAtDispose) && timeline.TryCreateFence(out FenceSource extra))
                {
                    extra.Fence.TryAcquire(out last);
                    extra.Dispose();
                }
            }

            if (held != null)
            {
                Report(HeldAtDispose, held);
            }

            last.Dispose();
            EndRound();
            Run.Rest(20);
        }
    }

    private void Step(FenceRing ring, Timeline timeline, List<FenceSource> sources, uint what)
    {
        _fences++;
        switch (what)
        {
            case 0:
                ring.EmitDetached(s_job, out _);
                break;
            case 1 when ring.Emit(s_job, out FenceRef reference) == EmitResult.Emitted:
                reference.Fence.AddCallback(static (_, _) => { }, null, out _);
                reference.Dispose();
                break;
            case 2 when ring.Consumer.TryTake(out _):
                ring.Consumer.Complete(ring.Consumer.Position);
                break;
            case 3:
                ring.Consumer.TryTake(out _); // taken, and never completed
                break;
            case 4 when sources.Count != 0:
                sources[^1].Signal(); // out of turn, where others are pending before it
                break;
            default:
                if (timeline.TryCreateFence(out FenceSource source))
                {
                    source.Fence.AddCallback(static (_, _) => { }, null, out _);
                    sources.Add(source);
                }

                break;
        }
    }
}
