using FastFence.Fences;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 35: lives that end at the last generation before the wrap. The wrap is counted, the handle of the last life refused.</summary>
internal sealed unsafe class GenerationWorkload : Workload
{
    internal const string StaleAfterWrap = "stale-after-wrap";
    internal const string WrapNotCounted = "wrap-not-counted";

    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, MaxFences = 1 << 14 });
    private readonly Timeline _timeline;

    internal GenerationWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _timeline = _engine.CreateTimeline("torture-generations");
        Bodies = [Wrap];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override FenceEngine OwnEngine => _engine;

    internal override void Judge() => Counters["wraps"] = _engine.GetStatistics().GenerationWraps;

    protected override void Dispose(bool disposing) => _engine.Dispose();

    private void Wrap()
    {
        while (!Run.IsStopped)
        {
            for (int i = 0; i < 64; i++)
            {
                if (!WrapOne())
                {
                    Thread.Sleep(1);
                    break;
                }
            }

            Thread.Yield();
            EndRound();
        }
    }

    private bool WrapOne()
    {
        if (!_timeline.TryCreateFence(out FenceSource made))
        {
            return false; // at the bound, while another workload's reader is parked
        }

        // Nobody else has a handle yet: the fence is given the last generation there is.
        uint index = made.Fence.Index;
        FenceSlot* slot = FenceSlot.At(index);
        slot->RefGen = ((ulong)uint.MaxValue << 32) | 1;
        slot->Head = HeadWord.OpenEmpty(uint.MaxValue);
        FenceSource source = new(((ulong)uint.MaxValue << 32) | index);
        Fence fence = source.Fence;
        long wraps = _engine.GetStatistics().GenerationWraps;
        source.Signal();
        if (Breaks(StaleAfterWrap))
        {
            Offer(fence);
        }

        source.Dispose();
        Offer(fence);
        if (_engine.GetStatistics().GenerationWraps != wraps + (Breaks(WrapNotCounted) ? 0 : 1))
        {
            Report(WrapNotCounted, $"slot {index}: {_engine.GetStatistics().GenerationWraps} wraps counted, {wraps} before this one");
        }

        return true;
    }

    private void Offer(Fence fence)
    {
        if (StaleHandles.FirstThatAccepts(fence) is { } call)
        {
            Report(StaleAfterWrap, $"{call} accepted {fence.Value:X}, whose generation has wrapped");
        }
    }
}
