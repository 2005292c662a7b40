using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>The exporter's own wait op: sleepable, counted, woken at close (C17).</summary>
public sealed unsafe class ExporterWaitTests : FenceTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    private readonly FakeDriver _driver = new("driver", "timeline");
    private readonly Exporter _exporter;
    private readonly FenceSource _source;

    public ExporterWaitTests()
    {
        _exporter = _driver.CreateOn(Engine, waits: true);
        _source = _exporter.CreateTimeline("t").CreateFence();
    }

    [Fact]
    public void TheWaitOpRunsOutsideAnySectionAndUnderTheSleepersCount()
    {
        Fence fence = _source.Fence;
        Race.Run(
            () => Assert.True(fence.Wait(s_long).IsSuccess),
            () =>
            {
                Race.Until(() => Volatile.Read(ref _driver.Data->InWait) != 0, "the waiter is inside the op");
                Assert.Equal(1u, _exporter.Block->Sleepers);
                GraceToken token = GracePeriod.Start();
                Race.Until(() => GracePeriod.Poll(token), "a grace period passes over a sleeper");
                _source.Signal();
                Volatile.Write(ref _driver.Data->Open, 1);
            });
        Assert.Equal((1, 0), (_driver.Data->Waits, _driver.Data->WaitedInsideASection));
        Assert.Equal(0u, _exporter.Block->Sleepers);
        Assert.Equal(0, Statistics.WaitsSlept);
    }

    [Fact]
    public void ClosingTheExporterWakesItsSleepersAndReleasesItsDataOnce()
    {
        Fence fence = _source.Fence;
        fence.TryAcquire(out FenceRef held);
        Race.Run(
            () => Assert.Equal(FenceError.DeviceLost, fence.Wait(s_long).Status.Error),
            () =>
            {
                Race.Until(() => Volatile.Read(ref _driver.Data->InWait) != 0, "the waiter is inside the op");
                _exporter.Close(FenceError.DeviceLost);
                Assert.Equal(0, Volatile.Read(ref _driver.Data->InWait));
            });
        Assert.True(_driver.Data->Cancels > 0);
        Assert.Equal(1, _driver.Data->Releases);
        Assert.Equal(FenceError.DeviceLost, fence.Status.Error); // held beyond its exporter
        held.Dispose();
    }

    [Fact]
    public void AWaitOfNoTimeAndASignaledFenceReachNoWaitOp()
    {
        Fence fence = _source.Fence;
        Assert.True(fence.Wait(TimeSpan.Zero).IsTimedOut);
        _source.Signal();
        Assert.True(fence.Wait(s_long).IsSuccess);
        Assert.Equal(0, _driver.Data->Waits);
    }

    [Fact]
    public void AWaitOpThatReturnsEarlyIsAHelpAndNotTheTruth()
    {
        Volatile.Write(ref _driver.Data->Open, 1); // the op returns at once, the fence is pending
        Assert.True(_source.Fence.Wait(TimeSpan.FromTicks(1)).IsTimedOut);
        Assert.Equal(1, _driver.Data->Waits);
    }

    [Fact]
    public void AWaitOpThatThrowsLeavesTheSleepersCountAsItWas()
    {
        ExporterOps ops = new() { Wait = &Throw, CancelWait = &Nothing };
        Exporter exporter = Engine.CreateExporter("thrower", ops, 0);
        FenceSource source = exporter.CreateTimeline("t").CreateFence();
        Assert.Throws<NotSupportedException>(() => source.Fence.Wait(s_long));
        Assert.Equal(0u, exporter.Block->Sleepers);
        source.Dispose();
        exporter.Close(); // would wait for the sleeper for ever
        Assert.True(exporter.IsClosed);
    }

    [Fact]
    public void AnExporterThatWaitsMustSayHowItsSleepersWake() => Assert.Throws<ArgumentException>(() =>
        Engine.CreateExporter("driver", new ExporterOps { Wait = &Throw }, 0));

    protected override void Dispose(bool disposing)
    {
        _source.Dispose();
        _exporter.Dispose();
        base.Dispose(disposing);
        _driver.Dispose();
    }

    private static void Throw(in FenceOpArgs args, long deadline) => throw new NotSupportedException();

    private static void Nothing(nint data)
    {
    }
}
