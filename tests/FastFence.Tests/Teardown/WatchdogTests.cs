using FastFence.Rings;
using FastFence.Tests.Memory;
using FastFence.Tests.Rings;
using Xunit;

namespace FastFence.Tests.Teardown;

public sealed unsafe class WatchdogTests
{
    private static readonly RingOptions s_hasty = new() { Capacity = 8, Watchdog = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public void ALeakedSourceIsEndedByTheWatchdog()
    {
        using FenceEngine engine = Lives.Stepped();
        Timeline timeline = engine.CreateTimeline("t", new TimelineOptions { Watchdog = TimeSpan.FromMilliseconds(1) });
        FenceSource leaked = timeline.CreateFence();
        Fence fence = leaked.Fence;
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), fence.Wait());
        using FenceSource next = timeline.CreateFence();
        Assert.Equal(SignalResult.AlreadySignaled, leaked.Signal());
        leaked.Dispose();
    }

    [Fact]
    public void WithoutAWatchdogItStaysPending()
    {
        using FenceEngine engine = Lives.Stepped();
        using FenceSource kept = engine.CreateTimeline("kept", new TimelineOptions { Watchdog = Timeout.InfiniteTimeSpan }).CreateFence();
        FenceSource hasty = engine.CreateTimeline("hasty", new TimelineOptions { Watchdog = TimeSpan.FromMilliseconds(1) }).CreateFence();
        hasty.Fence.Wait();
        Assert.False(kept.Fence.IsSignaled);
        hasty.Dispose();
    }

    [Fact]
    public void AHungRingIsEndedOnceItsDeviceIsQuiet()
    {
        Device device = new();
        using SteppedRing on = new(s_hasty with { Device = device });
        Fence[] fences = on.Emit(3);
        bool early = false;
        device.OnQuiesce = () => early = fences[1..].Any(f => f.IsSignaled);
        on.Ring.Consumer.Complete(1);
        on.Step();
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), fences[2].Wait());
        Assert.Equal([FenceStatus.Signaled, FenceStatus.Failed(FenceError.TimedOut)], fences[..2].Select(f => f.Status));
        Assert.False(early);
        Assert.True(device.Asked >= 1);
        on.MustEndClean();
    }

    [Fact]
    public void ALostDevicesFencesEndAsLost()
    {
        using SteppedRing on = new(s_hasty with { Device = new Device { IsAlive = false } });
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), on.Emit(1)[0].Wait());
    }

    [Fact]
    public void WhileItsDeviceIsNotQuietNothingCompletes()
    {
        Device device = new() { IsQuiet = false };
        using SteppedRing on = new(s_hasty with { Device = device });
        bool reported = false;
        on.Engine.Notified += (_, e) => reported |= e.Kind == NotificationKind.RingFaulted;
        Fence fence = on.Emit(1)[0];
        Until.Holds(() => device.Asked >= 3 && Volatile.Read(ref reported), "a watchdog that asks");
        Assert.False(on.Ring.Fail(FenceError.DeviceLost));
        on.Ring.Timeline.Close();
        Assert.False(fence.IsSignaled);
        Assert.Equal(1, on.Ring.Outstanding);
        device.IsQuiet = true;
        Assert.True(fence.Wait(TimeSpan.FromMinutes(1)).Status.State == FenceState.Failed);
        on.MustEndClean();
    }

    [Fact]
    public void WhileTheDeviceIsBroughtToRestNothingNewIsEmitted()
    {
        Device device = new();
        using SteppedRing on = new(new RingOptions { Device = device });
        on.Emit(1);
        EmitResult during = EmitResult.Emitted;
        bool failed = false;
        device.OnQuiesce = () => during = on.Ring.EmitDetached(default, out _);
        device.IsQuiet = false;
        failed = on.Ring.Fail(FenceError.DeviceLost);
        Assert.Equal((false, EmitResult.Closed), (failed, during));
        on.Emit(1); // it goes on as before: nothing was completed
        device.IsQuiet = true;
        Assert.True(on.Ring.Fail(FenceError.DeviceLost));
        Assert.All(on.Held, f => Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), f.Fence.Status));
        on.MustEndClean();
    }

    [Fact]
    public void AnExportersDataStaysWhileADeviceIsNotQuietAndGoesAfterwards()
    {
        using Driver driver = new();
        using FenceEngine engine = Lives.Stepped();
        Device device = new() { IsQuiet = false };
        Exporter exporter = engine.CreateExporter("driver", Driver.ReleaseOnly, driver.Data);
        FenceRing ring = exporter.CreateRing("r", new RingOptions { Device = device });
        ring.Emit(default, out FenceRef job);
        exporter.Close();
        Assert.Equal((0, false), (driver.Released, job.Fence.IsSignaled));
        device.IsQuiet = true;
        ring.Dispose();
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), job.Fence.Status);
        job.Dispose();
        Until.Holds(() => driver.Released == 1, "the release op, with the exporter's last ring");
        Until.Drained(engine);
        Assert.Equal(1, driver.Released);
    }

    [Fact]
    public void AnEngineWhoseDeviceIsNotQuietKeepsTheMemoryThatItMayWrite()
    {
        using SteppedRing on = new(new RingOptions { Device = new Device { IsQuiet = false } }, new FenceEngineOptions { DisposeLimit = TimeSpan.FromMilliseconds(1) });
        Fence fence = on.Emit(1)[0];
        on.Engine.Dispose();
        Assert.Equal(FenceStatus.Stale, fence.Status);
        RingBlock* block = on.Ring.Block;
        Assert.Equal((nint)block, (nint)block->Word - (nint)((byte*)&block->OwnWord - (byte*)block));
        on.Ring.Consumer.Complete(1); // hits the ring's own word and nothing else
        Assert.Equal(1u, block->OwnWord);
    }
}
