using System.Diagnostics;
using FastFence.Atomics;
using FastFence.NativeSim;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.NativeSim;

/// <summary>The simulated GPU on its own threads, with the engine's poller on its own.</summary>
public sealed class ThreadedGpuTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly FenceEngine _engine = new();
    private readonly SimulatedGpu _gpu = new();
    private readonly SimulatedEngine _render;

    public ThreadedGpuTests()
    {
        _render = _gpu.AddEngine(EngineKind.Render, "render");
        _gpu.Start();
    }

    public void Dispose()
    {
        _engine.Dispose();
        _gpu.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void EveryJobOfEveryRingIsDoneAndCounted(int rings)
    {
        FenceRing[] all = [.. Enumerable.Range(0, rings).Select(i => Ring($"ring {i}"))];
        const int Each = 20_000;
        FenceRef[] last = new FenceRef[rings];
        for (int i = 0; i < Each; i++)
        {
            for (int r = 0; r < rings; r++)
            {
                last[r].Dispose();
                last[r] = Emit(all[r]);
            }
        }

        foreach (FenceRef fence in last)
        {
            Assert.True(fence.Fence.Wait(s_limit).IsSuccess);
            Assert.Equal((ulong)Each, fence.Fence.Seqno);
            fence.Dispose();
        }

        Assert.Equal(rings * Each, _render.JobsCompleted);
    }

    [Fact]
    public void AJobTakesItsTimeAndStartsNotBeforeItsOwn()
    {
        FenceRing ring = Ring("timed");
        long start = Stopwatch.GetTimestamp();
        using FenceRef fence = Emit(ring, duration: 4_000_000, notBefore: start + 6_000_000);
        using FenceRef next = Emit(ring, duration: 5_000_000);
        Assert.True(next.Fence.Wait(s_limit).IsSuccess);
        Assert.InRange(fence.Fence.TimestampNanoseconds - start, 10_000_000 - 64, 10_000_000_000);
        Assert.InRange(next.Fence.TimestampNanoseconds - start, 15_000_000 - 64, 10_000_000_000);
    }

    [Fact]
    public void AnIdleEngineIsWokenByTheDoorbellOfARingAddedLater()
    {
        FenceRing idle = Ring("idle");
        Until.Holds(() => IsAsleepOn(idle), "an idle engine sleeps on the doorbell of its only ring");
        FenceRing ring = Ring("late");
        using FenceRef fence = Emit(ring);
        Assert.True(fence.Fence.Wait(s_limit).IsSuccess);
    }

    [Fact]
    public void FailingOneRingOfAHungEngineLeavesTheOthersToGoOn()
    {
        FenceRing bad = Ring("bad");
        FenceRing good = Ring("good");
        _render.Hang = true;
        using FenceRef stuck = Emit(bad, duration: 1_000);
        using FenceRef later = Emit(good, duration: 1_000);
        Assert.True(later.Fence.Wait(TimeSpan.FromMilliseconds(30)).IsTimedOut);
        Assert.True(bad.Fail(FenceError.TimedOut));
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), stuck.Fence.Status);
        Assert.Equal(FenceStatus.Pending, later.Fence.Status);
        _render.Hang = false;
        Assert.True(later.Fence.Wait(s_limit).IsSuccess);
    }

    [Fact]
    public void TheWatchdogFailsWhatALostGpuLeavesBehind()
    {
        FenceRing ring = Ring("lost", TimeSpan.FromMilliseconds(60));
        _gpu.Lose();
        using FenceRef fence = Emit(ring);
        WaitResult result = fence.Fence.Wait(s_limit);
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), result.Status);
    }

    [Fact]
    public void TheWatchdogCallsAHangATimeout()
    {
        FenceRing ring = Ring("hung", TimeSpan.FromMilliseconds(60));
        _render.Hang = true;
        using FenceRef fence = Emit(ring);
        WaitResult result = fence.Fence.Wait(s_limit);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), result.Status);
    }

    [Fact]
    public void RingsThatComeAndGoUnderLoadNeitherHangNorLeak()
    {
        for (int round = 0; round < 20; round++)
        {
            FenceRing ring = Ring("short-lived");
            RingCommand command = new() { DurationNanoseconds = 2_000 };
            for (int i = 0; i < 500; i++)
            {
                ring.EmitDetached(command, out _);
            }

            ring.Dispose();
            Assert.Equal(0, ring.Outstanding);
        }

        Assert.True(_engine.Barrier(s_limit));
        Assert.Equal(0, _engine.GetStatistics().FencesLive);
    }

    [Fact]
    public void StoppingKeepsTheJobsForTheNextStart()
    {
        FenceRing ring = Ring("paused");
        _gpu.Stop();
        using FenceRef fence = Emit(ring);
        Assert.True(fence.Fence.Wait(TimeSpan.FromMilliseconds(30)).IsTimedOut);
        _gpu.Start();
        Assert.True(fence.Fence.Wait(s_limit).IsSuccess);
    }

    private static unsafe bool IsAsleepOn(FenceRing ring) => Atomic.LoadAcquire(ref ring.Block->DoorbellAsleep) != 0;

    private static FenceRef Emit(FenceRing ring, long duration = 0, long notBefore = 0)
    {
        RingCommand command = new() { DurationNanoseconds = duration, NotBeforeNanoseconds = notBefore };
        EmitResult result;
        FenceRef fence;
        while ((result = ring.Emit(command, out fence)) == EmitResult.RingFull)
        {
            Thread.Yield();
        }

        Assert.Equal(EmitResult.Emitted, result);
        return fence;
    }

    private FenceRing Ring(string name, TimeSpan? watchdog = null)
    {
        FenceRing ring = _engine.CreateRing(name, new RingOptions { Device = _gpu, Watchdog = watchdog });
        _render.Attach(ring);
        return ring;
    }
}
