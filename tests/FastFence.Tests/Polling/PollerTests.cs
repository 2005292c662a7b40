using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using FastFence.Memory;
using FastFence.Tests.Memory;
using FastFence.Tests.Rings;
using Xunit;

namespace FastFence.Tests.Polling;

public sealed unsafe class PollerTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly RingCommand s_job = new() { Opcode = 1 };

    // A function of the C library that takes whatever arguments and does no harm.
    private static delegate* unmanaged<ulong, nint, void> Native =>
        (delegate* unmanaged<ulong, nint, void>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "sched_yield");

    [Fact]
    public void OfManyEmittersEveryFenceIsSignaledOnceInPositionOrder()
    {
        const int Emitters = 4;
        const int Each = 100_000;
        using FenceEngine engine = new();
        FenceRing ring = engine.CreateRing("r", new RingOptions { Capacity = 1024 });
        FenceRef[] byPosition = new FenceRef[(Emitters * Each) + 1];
        using Worker device = new();
        Action executed = device.Begin(() => Execute(ring, Emitters * Each));
        Worker.Together(Emitters, number =>
        {
            ulong last = 0;
            for (int i = 0; i < Each; i++)
            {
                FenceRef fence;
                while (ring.Emit(s_job, out fence) != EmitResult.Emitted)
                {
                    Thread.Yield();
                }

                ulong position = fence.Fence.Seqno;
                Assert.True(position > last);
                last = position;
                byPosition[position] = fence;
            }
        });
        executed();
        Until.Holds(() => ring.Outstanding == 0, "the last fence");
        long time = 0;
        foreach (FenceRef fence in byPosition.AsSpan(1))
        {
            Assert.Equal(FenceStatus.Signaled, fence.Fence.Status);
            Assert.True(fence.Fence.TimestampNanoseconds >= time);
            time = fence.Fence.TimestampNanoseconds;
            fence.Dispose();
        }

        EngineStatistics now = engine.GetStatistics();
        Assert.Equal((Emitters * Each, Emitters * Each, Emitters * Each), (now.FencesSignaled, now.Retired, now.Emitted));
        Assert.Equal((0, 0, 0), (now.SignalsRepeated, now.FencesFailed, now.WordsRefused));
        Assert.InRange(now.RetireBatches, 1, now.Retired);
        Assert.InRange(now.PollTurns, now.RetireBatches, long.MaxValue);
        Until.Drained(engine);
    }

    [Fact]
    public void AnInterruptThatGotLostCostsNoMoreThanAPark()
    {
        using FenceEngine engine = new(new FenceEngineOptions { PollerPark = TimeSpan.FromMilliseconds(5), PollerYield = TimeSpan.Zero });
        FenceRing ring = engine.CreateRing("r");
        for (int i = 0; i < 10; i++)
        {
            ring.Emit(s_job, out FenceRef fence);
            Until.Holds(() => engine.Poller.IsParked, "a parked poller");
            Assert.True(ring.Consumer.TryTake(out _));
            ring.Consumer.CompleteSilently(ring.Consumer.Position);
            Until.Holds(() => fence.Fence.IsSignaled, "the safety poll");
            fence.Dispose();
        }
    }

    [Fact]
    public void AnInterruptWakesAPollerThatWouldSleepForAMinute()
    {
        using FenceEngine engine = new(new FenceEngineOptions { PollerPark = s_minute, PollerYield = TimeSpan.Zero, PollerSpin = TimeSpan.Zero });
        FenceRing ring = engine.CreateRing("r");
        for (int i = 0; i < 200; i++)
        {
            ring.Emit(s_job, out FenceRef fence);
            Assert.True(ring.Consumer.TryTake(out _));
            ring.Consumer.Complete(ring.Consumer.Position);
            Assert.True(fence.Fence.Wait(TimeSpan.FromSeconds(30)).IsSuccess, "slept over an interrupt");
            fence.Dispose();
        }
    }

    [Fact]
    public void APollerOnItsWayToSleepStillHearsThatItIsToStop()
    {
        for (int i = 0; i < 30; i++)
        {
            using FenceEngine engine = new(new FenceEngineOptions { PollerPark = s_minute, PollerYield = TimeSpan.Zero, PollerSpin = TimeSpan.Zero });
            Assert.True(engine.Poller.IsRunning);
        }
    }

    [Fact]
    public void TheDoorbellWakesASleepingDevice()
    {
        using FenceEngine engine = new();
        FenceRing ring = engine.CreateRing("r");
        using Worker device = new();
        for (int i = 0; i < 200; i++)
        {
            Action woken = device.Begin(() => Assert.True(ring.Consumer.WaitForWork(long.MaxValue)));
            if (i % 10 == 0)
            {
                Until.Holds(() => Volatile.Read(ref ring.Block->DoorbellAsleep) != 0, "a sleeping device");
            }

            Assert.Equal(EmitResult.Emitted, i % 3 == 0 ? ring.EmitNop() : ring.EmitDetached(s_job, out _));
            woken();
            Assert.True(ring.Consumer.TryTake(out _));
            ring.Consumer.Complete(ring.Consumer.Position);
        }
    }

    [Fact]
    public void ADeviceAsleepOnARingThatGoesWakesUp()
    {
        for (int i = 0; i < 20; i++)
        {
            using FenceEngine engine = new();
            FenceRing ring = engine.CreateRing("r");
            using Worker device = new();
            Action woken = device.Begin(() => Assert.False(ring.Consumer.WaitForWork(long.MaxValue)));
            if (i % 2 == 0)
            {
                Until.Holds(() => Volatile.Read(ref ring.Block->DoorbellAsleep) != 0, "a sleeping device");
            }

            ring.Dispose();
            woken();
            Assert.True(ring.Consumer.IsDetached);
        }
    }

    [Fact]
    public void ManagedCallbacksRunOnTheDispatcherInTheOrderTheyWereAdded()
    {
        using FenceEngine engine = new();
        FenceRing ring = engine.CreateRing("r");
        ConcurrentQueue<(int Number, string? Thread)> ran = [];
        int added = 0;
        for (int i = 0; i < 50; i++)
        {
            ring.EmitDetached(s_job, out Fence fence);
            for (int j = 0; j < 3; j++)
            {
                int number = added++;
                Assert.Equal(AddCallbackResult.Added, fence.AddNativeCallback(Native, 0, out _));
                Assert.Equal(AddCallbackResult.Added, fence.AddCallback((_, _) => ran.Enqueue((number, Thread.CurrentThread.Name)), null, out _));
            }
        }

        ring.Consumer.Complete(50);
        Until.Holds(() => ran.Count == added, "the callbacks");
        Assert.Equal(Enumerable.Range(0, added), ran.Select(r => r.Number));
        Assert.All(ran, r => Assert.Equal("FastFence dispatcher", r.Thread));

        // The native ones ran on the poller: it counted them.
        Assert.Equal((ulong)added, engine.Poller.Block->Cache->Counters.Read(Counter.CallbacksRun));
        Until.Drained(engine);
        Assert.Equal(0, engine.GetStatistics().CallbackNodesLive);
    }

    [Fact]
    public void AFenceIsQuiescedOnlyWhenTheDispatcherIsDoneWithIt()
    {
        using FenceEngine engine = new();
        FenceRing ring = engine.CreateRing("r");
        using ManualResetEventSlim gate = new();
        ring.Emit(s_job, out FenceRef held);
        Fence fence = held.Fence;
        fence.AddNativeCallback(Native, 0, out _);
        fence.AddCallback((_, _) => gate.Wait(), null, out _);
        ring.Consumer.Complete(1);
        Until.Holds(() => fence.IsSignaled && ring.Outstanding == 0, "the signal");
        Assert.False(fence.IsQuiesced);
        gate.Set();
        Until.Holds(() => fence.IsQuiesced, "the end of its callbacks");
        held.Dispose();
        Until.Drained(engine);
    }

    [Fact]
    public void ACallbackThatBlocksTheDispatcherDoesNotBlockThePoller()
    {
        using FenceEngine engine = new();
        FenceRing ring = engine.CreateRing("r");
        using ManualResetEventSlim gate = new();
        ring.EmitDetached(s_job, out Fence blocked);
        blocked.AddCallback((_, _) => gate.Wait(), null, out _);
        ring.Consumer.Complete(1);
        for (ulong i = 2; i <= 100; i++)
        {
            ring.Emit(s_job, out FenceRef held);
            held.Fence.AddCallback(static (_, _) => { }, null, out _);
            ring.Consumer.Complete(i);
            Assert.True(held.Fence.Wait(s_minute).IsSuccess);
            held.Dispose();
        }

        gate.Set();
        Until.Holds(() => engine.GetStatistics().CallbacksRun == 100, "the callbacks behind the blocked one");
        Until.Drained(engine);
    }

    [Fact]
    public void APollerWithAThreadOfItsOwnCannotBeStepped()
    {
        using FenceEngine engine = new();
        Assert.Throws<InvalidOperationException>(() => engine.Poller.DoWork());
        long beat = engine.Poller.Heartbeat;
        Until.Holds(() => engine.Poller.Heartbeat > beat || engine.Poller.IsParked, "a heartbeat or a park");
        using SteppedRing on = new();
        Assert.False(on.Engine.Poller.IsRunning);
        beat = on.Engine.Poller.Heartbeat;
        on.Round(3);
        Assert.Equal(beat + 4, on.Engine.Poller.Heartbeat); // one a fence and one a turn
    }

    private static void Execute(FenceRing ring, int jobs)
    {
        for (int done = 0; done < jobs;)
        {
            ring.Consumer.WaitForWork(long.MaxValue);
            int before = done;
            while (ring.Consumer.TryTake(out _))
            {
                done++;
            }

            if (done != before)
            {
                ring.Consumer.Complete(ring.Consumer.Position);
            }
        }
    }
}
