// Two engines of a simulated GPU take turns: while the jobs of one bank of rings complete, the other engine is held, so that the
// next round's fences stay pending until all of them are awaited.
using FastFence.NativeSim;

namespace FastFence.Tool.Demos;

/// <summary>Two banks of rings, one of them held at any time.</summary>
internal sealed class HeldGpu : IDisposable
{
    private static readonly TimeSpan s_passLimit = TimeSpan.FromSeconds(30);

    private readonly SimulatedGpu _gpu = new();
    private readonly SimulatedEngine[] _engines;

    internal HeldGpu(FenceEngine engine, int timelines, int awaits)
    {
        Exporter exporter = engine.CreateExporter("demo");
        _engines = [_gpu.AddEngine(EngineKind.Render, "even"), _gpu.AddEngine(EngineKind.Copy, "odd")];
        Banks = [new FenceRing[(timelines + 1) / 2], new FenceRing[timelines / 2]];
        for (int i = 0; i < timelines; i++)
        {
            FenceRing[] bank = Banks[i & 1];
            FenceRing ring = exporter.CreateRing($"timeline {i}", new RingOptions
            {
                Capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)((awaits / bank.Length) + 2)),
                Device = _gpu,
                Watchdog = Timeout.InfiniteTimeSpan, // held on purpose
            });
            bank[i / 2] = ring;
            _engines[i & 1].Attach(ring);
        }

        foreach (SimulatedEngine held in _engines)
        {
            held.Hang = true;
        }

        _gpu.Start();
    }

    /// <summary>The rings.</summary>
    internal FenceRing[][] Banks { get; }

    /// <summary>Lets one bank's jobs complete, after the other bank is known to be held. False when its engine did not come by.</summary>
    internal bool Release(int bank)
    {
        _engines[1 - bank].Hang = true;
        bool held = _gpu.Quiesce(s_passLimit);
        _engines[bank].Hang = false;
        return held;
    }

    /// <summary>Lets everything run.</summary>
    internal void ReleaseAll()
    {
        foreach (SimulatedEngine held in _engines)
        {
            held.Hang = false;
        }
    }

    public void Dispose() => _gpu.Dispose();
}
