using Xunit;

namespace FastFence.Tests.Rings;

/// <summary>What happens between the wish to fail a ring and its end (C3).</summary>
public sealed class RingStopTests
{
    [Fact]
    public void ARingTakesNothingNewOnceItsDeviceIsAskedToRest()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        ProbingDevice device = new(rests: true);
        using FenceRing ring = engine.CreateRing("stop", new RingOptions { Device = device });
        device.Ring = ring;
        Assert.Equal(EmitResult.Emitted, ring.Emit(default, out FenceRef fence));
        Assert.True(ring.Fail(FenceError.DeviceLost));
        Assert.Equal(EmitResult.Closed, device.EmittedMeanwhile);
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), fence.Fence.Status);
        fence.Dispose();
    }

    [Fact]
    public void ADeviceThatDoesNotRestLeavesTheRingAsItWas()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        ProbingDevice device = new(rests: false);
        using FenceRing ring = engine.CreateRing("stop", new RingOptions { Device = device });
        device.Ring = ring;
        Assert.Equal(EmitResult.Emitted, ring.Emit(default, out FenceRef fence));
        Assert.False(ring.Fail(FenceError.DeviceLost));
        Assert.True(ring.IsRunning);
        Assert.Equal(FenceStatus.Pending, fence.Fence.Status);
        ring.Consumer.TryTake(out _);
        ring.Consumer.Complete(1);
        engine.Poller.DoWork();
        Assert.Equal(FenceStatus.Signaled, fence.Fence.Status);
        fence.Dispose();
    }

    [Fact]
    public void WhatTheDeviceCompletesWhileItComesToRestIsNoError()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        ProbingDevice device = new(rests: true) { CompletesUpTo = 1 };
        using FenceRing ring = engine.CreateRing("stop", new RingOptions { Device = device });
        device.Ring = ring;
        ring.Emit(default, out FenceRef done);
        ring.Emit(default, out FenceRef lost);
        Assert.True(ring.Fail(FenceError.TimedOut));
        Assert.Equal(FenceStatus.Signaled, done.Fence.Status);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), lost.Fence.Status);
        done.Dispose();
        lost.Dispose();
    }

    private sealed class ProbingDevice(bool rests) : FenceDevice
    {
        public FenceRing? Ring { get; set; }

        public ulong CompletesUpTo { get; init; }

        public EmitResult? EmittedMeanwhile { get; private set; }

        public override bool CheckHealth() => true;

        public override bool Quiesce(TimeSpan timeout)
        {
            EmittedMeanwhile = Ring!.Emit(default, out _);
            if (CompletesUpTo != 0)
            {
                Ring.Consumer.Complete(CompletesUpTo);
                Ring.Exporter.Engine.Poller.DoWork();
            }

            return rests;
        }
    }
}
