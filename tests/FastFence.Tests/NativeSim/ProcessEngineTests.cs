using FastFence.NativeSim;
using Xunit;

namespace FastFence.Tests.NativeSim;

/// <summary>Engines in a process of their own, and what its host makes of rings that wait.</summary>
public sealed class ProcessEngineTests : EngineTests
{
    private ProcessGpu? _gpu;

    public ProcessEngineTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "a device process is Linux's");

    private protected override long InterruptsRaised => Gpu.InterruptsRaised;

    private ProcessGpu Gpu
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

    [Fact]
    public void ARingThatWaitsForALongJobElsewhereIsInnocent()
    {
        FenceRing slow = Ring("slow", 0);
        FenceRing waits = Ring("waits", 1, watchdog: TimeSpan.FromMilliseconds(100));
        using FenceRef job = Emit(slow, new RingCommand { DurationNanoseconds = 500_000_000 });
        using FenceRef wait = Emit(waits, DeviceCommand.WaitFor(job.Fence));
        Assert.True(wait.Fence.Wait(s_limit).IsSuccess);
        Assert.Equal(RingCondition.Running, waits.Condition);
    }

    [Fact]
    public void ARingThatWaitsForAHungOneGoesOnWhenThatIsReset()
    {
        FenceRing guilty = Ring("guilty", 0, watchdog: TimeSpan.FromMilliseconds(400));
        FenceRing waits = Ring("waits", 1, watchdog: TimeSpan.FromMilliseconds(100));
        Finish(guilty);
        Gpu.Inject(0, DeviceFault.Hang);
        using FenceRef stuck = Emit(guilty, new RingCommand { DurationNanoseconds = 1_000 });
        using FenceRef wait = Emit(waits, DeviceCommand.WaitFor(stuck.Fence));
        Assert.False(stuck.Fence.Wait(s_limit).IsTimedOut);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), stuck.Fence.Status);
        Assert.True(wait.Fence.Wait(s_limit).IsSuccess);
    }

    private protected override void Begin(EngineHabits habits)
    {
        _gpu = new ProcessGpu(new ProcessGpuOptions
        {
            Engines = 2,
            Rings = 16,
            Capacity = 256,
            DataBytes = 64,
            JobsAtOnce = habits.JobsAtOnce,
            InterruptJobs = habits.InterruptJobs,
            InterruptDelay = habits.InterruptDelay,
        });
        _gpu.Start();
    }

    private protected override FenceRing Ring(string name, int engine, int priority = 0, TimeSpan? watchdog = null) =>
        Gpu.CreateRing(Engine.DefaultExporter, name, engine, new RingOptions { Watchdog = watchdog }, priority);

    private protected override bool IsBusy(FenceRing ring) => Gpu.IsExecuting(ring);

    private protected override ulong ReadValue(long offset) => Gpu.ReadValue(offset);

    private protected override bool TryReadTime(long offset, long notBefore, out long nanoseconds) => Gpu.TryReadTime(offset, notBefore, out nanoseconds);
}
