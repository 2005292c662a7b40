using FastFence.NativeSim;
using Xunit;

namespace FastFence.Tests.NativeSim;

/// <summary>Engines on threads of this process.</summary>
public sealed class SimulatedEngineTests : EngineTests
{
    private readonly List<SimulatedEngine> _engines = [];
    private SimulatedGpu? _gpu;

    private protected override long InterruptsRaised => _engines.Sum(static e => e.InterruptsRaised);

    private SimulatedGpu Gpu
    {
        get
        {
            if (_gpu == null)
            {
                Begin(new EngineHabits());
            }

            return _gpu!;
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _gpu?.Dispose();
    }

    private protected override void Begin(EngineHabits habits)
    {
        _gpu = new SimulatedGpu(new SimulatedGpuOptions
        {
            JobsAtOnce = habits.JobsAtOnce,
            InterruptJobs = habits.InterruptJobs,
            InterruptDelay = habits.InterruptDelay,
            DataBytes = 64,
        });
        _engines.Add(_gpu.AddEngine(EngineKind.Render, "first"));
        _engines.Add(_gpu.AddEngine(EngineKind.Copy, "second"));
        _gpu.Start();
    }

    private protected override FenceRing Ring(string name, int engine, int priority = 0, TimeSpan? watchdog = null)
    {
        FenceRing ring = Engine.CreateRing(name, new RingOptions { Device = Gpu, Watchdog = watchdog });
        _engines[engine].Attach(ring, priority);
        return ring;
    }

    private protected override bool IsBusy(FenceRing ring) => _engines.Exists(static e => e.IsBusy);

    private protected override ulong ReadValue(long offset) => Gpu.ReadValue(offset);

    private protected override bool TryReadTime(long offset, long notBefore, out long nanoseconds) => Gpu.TryReadTime(offset, notBefore, out nanoseconds);
}
