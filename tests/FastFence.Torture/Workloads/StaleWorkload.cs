using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 19: handles of fences that are gone, and forged ones, are offered to every call while their slots are used again.</summary>
internal sealed class StaleWorkload : Workload
{
    internal const string StaleAccepted = "stale-accepted";

    private readonly Timeline _timeline;
    private readonly ulong[] _gone = new ulong[4096];
    private long _offered;

    internal StaleWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _timeline = run.Engine.CreateTimeline("torture-stale");
        Bodies = [Make, () => Offer(1), () => Offer(2)];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        _timeline.Close();
        Counters["handles_offered"] = _offered;
    }

    private void Make()
    {
        for (int at = 0; !Run.IsStopped; at++)
        {
            if (!_timeline.TryCreateFence(out FenceSource source))
            {
                Thread.Sleep(1);
                continue;
            }

            Fence fence = source.Fence;
            if (Breaks(StaleAccepted))
            {
                Volatile.Write(ref _gone[at % _gone.Length], fence.Value);
                Thread.Sleep(2);
            }

            source.Signal();
            source.Dispose();
            Volatile.Write(ref _gone[at % _gone.Length], fence.Value);
            if (at % 64 == 0)
            {
                Thread.Yield();
                EndRound();
            }
        }
    }

    private void Offer(int thread)
    {
        var random = Random(thread);
        while (!Run.IsStopped)
        {
            for (int i = 0; i < 64; i++)
            {
                // Every 16th is made up: an index of ours with a generation nobody has had.
                ulong value = Volatile.Read(ref _gone[random.Next((uint)_gone.Length)]);
                value = random.Next(16) == 0 ? (value & uint.MaxValue) | (0xF000_0000_0000_0000 + ((ulong)random.Next(1 << 20) << 32)) : value;
                Fence fence = Fence.FromValue(value);
                if (!fence.IsNull && StaleHandles.FirstThatAccepts(fence) is { } call)
                {
                    Report(StaleAccepted, $"{call} accepted the stale handle {value:X}");
                }
            }

            Interlocked.Add(ref _offered, 64);
            Thread.Yield();
        }
    }
}
