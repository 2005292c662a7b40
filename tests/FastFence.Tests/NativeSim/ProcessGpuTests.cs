using FastFence.NativeSim;
using FastFence.NativeSim.Hosts;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.NativeSim;

/// <summary>The simulated GPU in a process of its own, with the poller on its thread.</summary>
public sealed class ProcessGpuTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly FenceEngine _engine = new();
    private readonly ProcessGpu _gpu = new(new ProcessGpuOptions
    {
        Engines = 2,
        Rings = 16,
        Capacity = 64,
        DataBytes = 4096,
        QuietLimit = TimeSpan.FromSeconds(2),
    });

    public ProcessGpuTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a device process is Linux's");
        _gpu.Start();
    }

    public void Dispose()
    {
        _engine.Dispose();
        _gpu.Dispose();
    }

    [Fact]
    public void EveryJobIsDoneByAnotherProcessInOrder()
    {
        Assert.NotEqual(Environment.ProcessId, _gpu.ProcessId);
        FenceRing[] rings = [Ring("a", 0), Ring("b", 0), Ring("c", 1)];
        for (int i = 0; i < 2_000; i++)
        {
            foreach (FenceRing ring in rings)
            {
                EmitRetrying(ring).Dispose();
            }
        }

        foreach (FenceRing ring in rings)
        {
            using FenceRef last = EmitRetrying(ring);
            Assert.True(last.Fence.Wait(s_limit).IsSuccess);
            Assert.Equal(2_001UL, last.Fence.Seqno);
        }

        Assert.Equal(6_003, _engine.GetStatistics().FencesSignaled);
    }

    [Fact]
    public void AKilledDeviceEndsItsFencesOnceAndTheRingGoesOnWithANewOne()
    {
        FenceRing ring = Ring("a", 0);
        Finish(ring);
        int[] runs = new int[8];
        FenceRef[] stuck = [.. runs.Select((_, i) => Counted(ring, runs, i))];
        int process = _gpu.ProcessId;
        Assert.True(_gpu.Kill());
        foreach (FenceRef fence in stuck)
        {
            Assert.False(fence.Fence.Wait(s_limit).IsTimedOut);
            Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), fence.Fence.Status);
            fence.Dispose();
        }

        Finish(ring);
        Assert.Equal(2, _gpu.Lives);
        Assert.NotEqual(process, _gpu.ProcessId);
        Until.Holds(() => runs.All(static n => n == 1), "a callback each");
        Assert.Equal(_engine.GetStatistics().FencesCreated, _engine.GetStatistics().FencesSignaled);
    }

    [Fact]
    public void AFormerLifeStaysForWhoStillLooksAtIt()
    {
        FenceRing ring = Ring("a", 0);
        Finish(ring);
        DeviceLife visited = _gpu.Visit()!;
        Assert.True(_gpu.Kill());
        Until.Holds(() => _gpu.Lives == 2 && _gpu.IsRecovered, "another life");
        FinishAtLast(ring);
        DeviceLife second = _gpu.Visit()!;
        _gpu.Leave(second);
        Assert.True(_gpu.Kill());
        Until.Holds(() => _gpu.Lives == 3 && _gpu.IsRecovered, "a third life");
        FinishAtLast(ring);
        Until.Holds(() => second.IsGone, "the second life's memory given back");
        Assert.False(visited.IsGone);
        Assert.True(visited.IsQuiet(0)); // reads its memory
        _gpu.Leave(visited);
        Until.Holds(() => visited.IsGone, "the first life's memory given back");
    }

    [Fact]
    public void AHungJobEndsWithATimeoutItsRingGoesOnAndOthersAreUntouched()
    {
        FenceRing guilty = Ring("guilty", 0, TimeSpan.FromMilliseconds(900));
        FenceRing innocent = Ring("innocent", 0, TimeSpan.FromMilliseconds(600));
        FenceRing elsewhere = Ring("elsewhere", 1);
        Finish(guilty);
        _gpu.Inject(0, DeviceFault.Hang);
        using FenceRef stuck = EmitRetrying(guilty);
        Until.Holds(() => _gpu.IsExecuting(guilty), "the job that hangs");
        using FenceRef behind = EmitRetrying(guilty);
        using FenceRef other = EmitRetrying(innocent);
        Finish(elsewhere);
        Assert.False(stuck.Fence.Wait(s_limit).IsTimedOut);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), stuck.Fence.Status);
        Assert.False(behind.Fence.Wait(s_limit).IsTimedOut);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), behind.Fence.Status);
        Assert.True(other.Fence.Wait(s_limit).IsSuccess);
        FinishAtLast(guilty);
        Finish(innocent);
        Assert.Equal(1, _gpu.Lives);
        Assert.Equal(RingCondition.Running, guilty.Condition);
    }

    [Fact]
    public void ADeadEngineCostsTheProcessAndTheInnocentAreRunAgain()
    {
        FenceRing guilty = Ring("guilty", 0, TimeSpan.FromMilliseconds(200));
        FenceRing innocent = Ring("innocent", 1);
        Finish(guilty);
        Finish(innocent);
        FenceRing last = Ring("last", 1);
        using FenceSource gate = _engine.CreateTimeline("gate").CreateFence();
        Assert.Equal(EmitResult.Emitted, last.EmitWhen([gate.Fence], default, out FenceRef late));
        Assert.Equal(EmitResult.Emitted, innocent.Emit(DeviceCommand.WaitFor(late.Fence), out FenceRef held)); // in flight when the process is ended
        _gpu.Inject(0, DeviceFault.EngineDeath);
        using FenceRef stuck = EmitRetrying(guilty);
        Assert.False(stuck.Fence.Wait(s_limit).IsTimedOut);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), stuck.Fence.Status);
        FinishAtLast(guilty);
        Assert.Equal(2, _gpu.Lives);
        Assert.Equal(FenceStatus.Pending, held.Fence.Status);
        gate.Signal();
        Assert.True(held.Fence.Wait(s_limit).IsSuccess);
        Assert.True(late.Fence.Wait(s_limit).IsSuccess);
        held.Dispose();
        late.Dispose();
    }

    [Fact]
    public void ALongJobThatSaysSoIsNotReset()
    {
        FenceRing ring = Ring("a", 0, TimeSpan.FromMilliseconds(100));
        using FenceRef slow = EmitRetrying(ring, TimeSpan.FromSeconds(1));
        Assert.True(slow.Fence.Wait(s_limit).IsSuccess);
        Assert.Equal(1, _gpu.Lives);
    }

    [Fact]
    public void AWriteAfterTheResetHitsNothing()
    {
        FenceRing ring = Ring("a", 0, TimeSpan.FromMilliseconds(100));
        Finish(ring);
        _gpu.Inject(0, DeviceFault.LateWrite);
        using FenceRef stuck = EmitRetrying(ring);
        Assert.False(stuck.Fence.Wait(s_limit).IsTimedOut);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), stuck.Fence.Status);
        Until.Holds(() => ring.Condition == RingCondition.Running, "a ring that goes on");
        using FenceRef after = EmitRetrying(ring, TimeSpan.FromMilliseconds(300)); // in flight when the late write comes
        Assert.True(after.Fence.Wait(s_limit).IsSuccess);
        Assert.Equal(0, _engine.GetStatistics().WordsRefused);
        Until.Holds(() => _gpu.WordOfBurntPlace(0) == 2, "the late write, where nobody reads");
    }

    [Theory]
    [InlineData(DeviceFault.WordJumps)]
    [InlineData(DeviceFault.WordGoesBack)]
    [InlineData(DeviceFault.WordIsGarbage)]
    public void NonsenseInTheWordSignalsNothingAndTheRingGoesOn(DeviceFault fault)
    {
        FenceRing ring = Ring("a", 0);
        Finish(ring);
        _gpu.Inject(0, fault);
        using FenceRef stuck = EmitRetrying(ring);
        Assert.False(stuck.Fence.Wait(s_limit).IsTimedOut);
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), stuck.Fence.Status);
        Finish(ring);
        Assert.Equal(1, _engine.GetStatistics().WordsRefused);
    }

    [Fact]
    public void ALostInterruptCostsOneParkOfThePoller()
    {
        FenceRing ring = Ring("a", 0);
        for (int i = 0; i < 20; i++)
        {
            Until.Holds(() => _engine.Poller.IsParked, "a poller that sleeps");
            _gpu.Inject(0, DeviceFault.LostInterrupt);
            using FenceRef fence = EmitRetrying(ring, TimeSpan.FromMilliseconds(5));
            Assert.True(fence.Fence.Wait(s_limit).IsSuccess);
        }
    }

    [Fact]
    public void ACopysBytesAreThereWhenItsFenceIsSeenSignaled()
    {
        FenceRing ring = Ring("a", 0);
        for (byte i = 1; i < 200; i++)
        {
            _gpu.Data[..1024].Fill(i);
            RingCommand copy = new() { Opcode = (uint)DeviceOpcode.Copy, Argument0 = 0, Argument1 = 2048, Argument2 = 1024 };
            Assert.Equal(EmitResult.Emitted, ring.Emit(copy, out FenceRef fence));
            Assert.True(fence.Fence.Wait(s_limit).IsSuccess);
            fence.Dispose();
            Assert.Equal(1024, _gpu.Data.Slice(2048, 1024).Count(i));
        }
    }

    [Fact]
    public void ClosedRingsGiveTheirPlacesBack()
    {
        for (int i = 0; i < 40; i++)
        {
            FenceRing? ring = null;
            Until.Holds(() => (ring = TryRing(i)) != null, "a free place");
            Finish(ring!);
            ring!.Dispose();
        }

        Assert.Equal(1, _gpu.Lives);
    }

    [Fact]
    public void ARingThatIsClosedBeforeItsEngineSawItCostsNoDevice()
    {
        FenceRing busy = Ring("busy", 0);
        for (int i = 0; i < 20; i++)
        {
            Until.Holds(() => TryClosed(i), "a free place");
        }

        Finish(busy);
        Assert.Equal(1, _gpu.Lives);
    }

    private bool TryClosed(int i)
    {
        FenceRing? ring = TryRing(i);
        ring?.Dispose();
        return ring != null;
    }

    private FenceRing? TryRing(int i)
    {
        try
        {
            return Ring($"ring {i}", i % 2);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private FenceRing Ring(string name, int engine, TimeSpan? watchdog = null) =>
        _gpu.CreateRing(_engine.DefaultExporter, name, engine, new RingOptions { Watchdog = watchdog });

    private static void Finish(FenceRing ring)
    {
        using FenceRef fence = EmitRetrying(ring);
        Assert.True(fence.Fence.Wait(s_limit).IsSuccess);
    }

    // With a short watchdog: on a loaded machine an honest job may be late, too.
    private static void FinishAtLast(FenceRing ring) => Until.Holds(
        () =>
        {
            using FenceRef fence = EmitRetrying(ring);
            return fence.Fence.Wait(s_limit).IsSuccess;
        },
        "a job that ends well");

    private static FenceRef Counted(FenceRing ring, int[] runs, int index)
    {
        FenceRef fence = EmitRetrying(ring, TimeSpan.FromSeconds(30));
        Assert.Equal(AddCallbackResult.Added, fence.Fence.AddCallback((_, _) => Interlocked.Increment(ref runs[index]), null, out _));
        return fence;
    }

    private static FenceRef EmitRetrying(FenceRing ring, TimeSpan duration = default)
    {
        FenceRef fence = default;
        Until.Holds(
            () => ring.Emit(new RingCommand { DurationNanoseconds = (long)duration.TotalNanoseconds }, out fence) == EmitResult.Emitted,
            "room on the ring");
        return fence;
    }
}
