// What the engine shows to the meter "FastFence". Read on a listener's thread, and not any more once disposal has begun.
using System.Text;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Polling;
using FastFence.Recording;
using FastFence.Telemetry;

namespace FastFence;

public sealed unsafe partial class FenceEngine
{
    private readonly Figures? _figures;

    private void StopMetering()
    {
        if (_figures != null)
        {
            MeteredEngines.Remove(_figures);
            HistogramFeed.Forget(_figures.Serial);
        }
    }

    private sealed class Figures(FenceEngine engine) : IMeteredEngine
    {
        private bool _keptOn;

        public ulong Serial { get; } = engine._block->Pools.Serial;

        public EngineBlock* Block => engine._block;

        public PollerBlock* Poller => engine.Poller.Block;

        public IPollerThread? PollerThread => engine.Poller.Thread;

        public int ListTimelines(List<TimelineFigures> into, int most)
        {
            int all = 0;
            lock (engine._gate)
            {
                foreach (Exporter exporter in engine._exporters)
                {
                    exporter.Timelines.ForEach(t => Add(t, into, most));
                    exporter.Rings.ForEach(r => Add(r.Timeline, into, most));
                    all += exporter.Timelines.Count + exporter.Rings.Count;
                }
            }

            return all;
        }

        public void KeepRecording(bool on)
        {
            try
            {
                if (on && !_keptOn && engine.Recording == RecordingMode.Off)
                {
                    engine.Recording = RecordingMode.Coarse;
                    _keptOn = true;
                }
                else if (!on && _keptOn)
                {
                    _keptOn = false;
                    engine.Recording = engine.Recording == RecordingMode.Coarse ? RecordingMode.Off : engine.Recording;
                }
            }
            catch (Exception e) when (e is ObjectDisposedException or InsufficientMemoryException or IOException)
            {
                // It goes at this moment, or there is no memory for records: then there are none of its fences.
            }
        }

        // Under the gate no timeline of the lists is freed.
        private static void Add(Timeline timeline, List<TimelineFigures> into, int most)
        {
            if (into.Count < most && !timeline.IsFreed)
            {
                TimelineBlock* block = timeline.Seen;
                (string driver, string name) = timeline.GetNames();
                ulong completed = Atomic.LoadAcquire(ref block->Completed);
                into.Add(new TimelineFigures(
                    driver,
                    name,
                    timeline.Context,
                    (long)(Atomic.LoadAcquire(ref block->LastSeqno) - block->StartSeqno),
                    (long)(completed - block->StartSeqno)));
            }
        }
    }
}
