using FastFence.NativeSim;
using Xunit;

namespace FastFence.Tests.NativeSim;

/// <summary>The simulated GPU and the poller, both stepped by hand: every outcome is exact.</summary>
public sealed class SteppedGpuTests : IDisposable
{
    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false });
    private readonly SimulatedGpu _gpu = new(new SimulatedGpuOptions { Stepped = true });
    private readonly SimulatedEngine _render;

    public SteppedGpuTests() => _render = _gpu.AddEngine(EngineKind.Render, "render");

    public void Dispose()
    {
        _engine.Dispose();
        _gpu.Dispose();
    }

    [Fact]
    public void OneStepCompletesOneJobAndTheNextFenceStaysPending()
    {
        using FenceRing ring = Ring("a");
        using FenceRef first = Emit(ring);
        using FenceRef second = Emit(ring);
        Assert.True(_render.Step());
        _engine.Poller.DoWork();
        Assert.Equal(FenceStatus.Signaled, first.Fence.Status);
        Assert.Equal(FenceStatus.Pending, second.Fence.Status);
        Assert.True(_render.Step());
        Assert.False(_render.Step());
        _engine.Poller.DoWork();
        Assert.Equal(FenceStatus.Signaled, second.Fence.Status);
    }

    [Fact]
    public void JobsTakeTheirTimeOneAfterAnotherOnTheVirtualClock()
    {
        using FenceRing ring = Ring("a");
        Drop(Emit(ring, duration: 300));
        Drop(Emit(ring, duration: 500));
        _render.Step();
        Assert.Equal(300, _gpu.VirtualNanoseconds);
        _render.Step();
        Assert.Equal(800, _gpu.VirtualNanoseconds);
    }

    [Fact]
    public void AJobDoesNotStartBeforeItsEarliestTime()
    {
        using FenceRing ring = Ring("a");
        Drop(Emit(ring, duration: 10, notBefore: 1_000));
        Drop(Emit(ring, duration: 10, notBefore: 500));
        _render.Step();
        Assert.Equal(1_010, _gpu.VirtualNanoseconds);
        _render.Step();
        Assert.Equal(1_020, _gpu.VirtualNanoseconds);
    }

    [Fact]
    public void RingsTakeTurnsAndEachKeepsItsOrder()
    {
        using FenceRing a = Ring("a");
        using FenceRing b = Ring("b");
        for (int i = 0; i < 2; i++)
        {
            Drop(Emit(a));
            Drop(Emit(b));
        }

        List<string> order = [];
        while (_render.Step())
        {
            _engine.Poller.DoWork();
            order.Add($"{a.Timeline.CompletedSeqno}{b.Timeline.CompletedSeqno}");
        }

        Assert.Equal(["10", "11", "21", "22"], order);
    }

    [Fact]
    public void ARingWhoseTimeHasNotComeLetsAnotherGoFirst()
    {
        using FenceRing a = Ring("a");
        using FenceRing b = Ring("b");
        Drop(Emit(a, notBefore: 1_000));
        Drop(Emit(b, duration: 5));
        _render.Step();
        Assert.Equal(5, _gpu.VirtualNanoseconds);
        Assert.Equal(1, _gpu.StepAll());
        Assert.Equal(1_000, _gpu.VirtualNanoseconds);
    }

    [Fact]
    public void TheSameSeedGivesTheSameTimes()
    {
        long Total(ulong seed)
        {
            using SimulatedGpu gpu = new(new SimulatedGpuOptions
            {
                Stepped = true,
                JobTime = JobTime.LogNormal(TimeSpan.FromMicroseconds(50), 1, seed),
            });
            using FenceRing ring = _engine.CreateRing("timed");
            gpu.AddEngine(EngineKind.Compute, "compute").Attach(ring);
            for (int i = 0; i < 100; i++)
            {
                Drop(Emit(ring));
            }

            Assert.Equal(100, gpu.StepAll());
            _engine.Poller.DoWork();
            return gpu.VirtualNanoseconds;
        }

        Assert.Equal(Total(7), Total(7));
        Assert.NotEqual(Total(7), Total(8));
        Assert.InRange(Total(7), 4_000_000, 20_000_000); // the mean of this distribution is 82 µs
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 100)]
    [InlineData(100, 900)]
    public void EvenTimesStayBetweenTheirEnds(long least, long most)
    {
        JobTime time = JobTime.Uniform(TimeSpan.FromMicroseconds(least), TimeSpan.FromMicroseconds(most), 3);
        for (ulong i = 0; i < 1_000; i++)
        {
            Assert.InRange(time.NanosecondsOf(default, i), least * 1_000, most * 1_000);
        }
    }

    [Fact]
    public void AHungEngineCompletesNothingUntilItsRingIsFailed()
    {
        using FenceRing ring = Ring("a");
        using FenceRing other = Ring("b");
        using FenceRef stuck = Emit(ring);
        using FenceRef later = Emit(other);
        _render.Hang = true;
        Assert.Equal(0, _gpu.StepAll());
        Assert.True(ring.Fail(FenceError.TimedOut));
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), stuck.Fence.Status);
        _render.Hang = false;
        Assert.Equal(1, _gpu.StepAll());
        _engine.Poller.DoWork();
        Assert.Equal(FenceStatus.Signaled, later.Fence.Status);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), stuck.Fence.Status);
    }

    [Fact]
    public void ALostGpuDoesNothingMoreAndSaysSo()
    {
        using FenceRing ring = Ring("a");
        using FenceRef stuck = Emit(ring);
        Assert.True(_gpu.CheckHealth());
        _gpu.Lose();
        Assert.False(_gpu.CheckHealth());
        Assert.Equal(0, _gpu.StepAll());
        Assert.True(ring.Fail(FenceError.DeviceLost));
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), stuck.Fence.Status);
    }

    [Fact]
    public void NonsenseInTheWordSignalsNothing()
    {
        using FenceRing ring = Ring("a");
        using FenceRef fence = Emit(ring);
        _render.WriteWord(ring, 99);
        _engine.Poller.DoWork();
        Assert.False(fence.Fence.Status == FenceStatus.Signaled);
        Assert.Equal(1, _engine.GetStatistics().WordsRefused);
    }

    [Fact]
    public void AttachingARingTwiceIsRefused()
    {
        using FenceRing ring = Ring("a");
        Assert.Throws<InvalidOperationException>(() => _render.Attach(ring));
        Assert.Throws<InvalidOperationException>(_gpu.Start);
    }

    private static FenceRef Emit(FenceRing ring, long duration = 0, long notBefore = 0)
    {
        RingCommand command = new() { DurationNanoseconds = duration, NotBeforeNanoseconds = notBefore };
        Assert.Equal(EmitResult.Emitted, ring.Emit(command, out FenceRef fence));
        return fence;
    }

    private static void Drop(FenceRef fence) => fence.Dispose();

    private FenceRing Ring(string name)
    {
        FenceRing ring = _engine.CreateRing(name, new RingOptions { Device = _gpu });
        _render.Attach(ring);
        return ring;
    }
}
