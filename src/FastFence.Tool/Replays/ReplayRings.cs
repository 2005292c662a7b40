using System.Collections.Immutable;
using System.Text;
using FastFence.Atomics;
using FastFence.NativeSim;

namespace FastFence.Tool.Replays;

/// <summary>The exporters of a plan, one a driver, and the rings, one a context.</summary>
internal sealed class ReplayRings
{
    // The capture says when things happen, however long that takes: neither a slow pace nor a suspended machine is a hang.
    private static readonly TimeSpan s_holeLimit = TimeSpan.FromDays(1);

    private readonly ImmutableArray<FenceRing> _rings;
    private readonly ImmutableArray<(byte[] Driver, byte[] Timeline)> _names;

    /// <summary>Makes them.</summary>
    internal ReplayRings(FenceEngine engine, ReplayPlan plan, SimulatedGpu gpu)
    {
        Dictionary<string, Exporter> exporters = new(StringComparer.Ordinal);
        foreach (ReplayContext context in plan.Contexts)
        {
            if (!exporters.ContainsKey(context.Driver))
            {
                exporters.Add(context.Driver, engine.CreateExporter(context.Driver));
            }
        }

        Exporters = [.. exporters.Values];
        _rings = [.. plan.Contexts.Select(c => exporters[c.Driver].CreateRing(c.Timeline, new RingOptions
        {
            Capacity = c.Capacity,
            StartSeqno = c.FirstSeqno - 1,
            DisplayContext = c.Number,
            KeepCompletionTimes = true,
            HoleLimit = s_holeLimit,
            Watchdog = Timeout.InfiniteTimeSpan,
            Device = gpu,
        }))];

        // One engine for all: each on a thread of its own would leave no core to the poller on a small machine. It serves
        // whichever ring's job is due, so it is as exact as several.
        SimulatedEngine all = gpu.AddEngine(EngineKind.Render, "replay");
        foreach (FenceRing ring in _rings)
        {
            all.Attach(ring);
        }

        _names = [.. plan.Contexts.Select(static c => (Encoding.UTF8.GetBytes(c.Driver), Encoding.UTF8.GetBytes(c.Timeline)))];
    }

    /// <summary>The exporters.</summary>
    internal ImmutableArray<Exporter> Exporters { get; }

    /// <summary>The ring of a context.</summary>
    internal FenceRing this[int context] => _rings[context];

    /// <summary>Positions that no ring has retired yet.</summary>
    internal long Outstanding => _rings.Sum(static r => r.Outstanding);

    /// <summary>Positions that the poller passed without finding a fence.</summary>
    internal unsafe long Skipped => _rings.Sum(static r => (long)Atomic.LoadAcquire(ref r.Timeline.Block->Skipped));

    /// <summary>Cancels what is outstanding; the device is quiet then.</summary>
    internal void Cancel()
    {
        foreach (FenceRing ring in _rings)
        {
            ring.Fail(FenceError.Canceled);
        }
    }

    /// <summary>Driver and timeline name of a context, as an access section must show them.</summary>
    internal (byte[] Driver, byte[] Timeline) NamesOf(int context) => _names[context];
}
