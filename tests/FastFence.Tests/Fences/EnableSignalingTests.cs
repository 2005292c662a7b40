using FastFence.Fences;
using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>What reaches the exporter's ops, and how often.</summary>
public sealed unsafe class EnableSignalingTests : FenceTest
{
    private readonly FakeDriver _driver = new("driver", "timeline");
    private readonly FenceSource _source;

    public EnableSignalingTests() => _source = _driver.CreateOn(Engine).CreateTimeline("t").CreateFence();

    private Fence Fence => _source.Fence;

    [Fact]
    public void LookingAndPollingDoNotEnable()
    {
        _ = Fence.IsSignaled;
        _ = Fence.Status;
        Assert.False(Fence.Poll());
        Assert.True(Fence.Wait(TimeSpan.Zero).IsTimedOut);
        Assert.Equal((0, 1), (_driver.Data->EnableCalls, _driver.Data->Polls));
    }

    [Fact]
    public void CallbacksAndWaitsEnableOnceAFence()
    {
        Fence.AddCallback((_, _) => { }, null, out _);
        Assert.Equal(1, _driver.Data->EnableCalls);
        Fence.AddCallback((_, _) => { }, null, out _);
        Assert.True(Fence.Wait(TimeSpan.FromTicks(1)).IsTimedOut);
        Fence.EnableSignal();
        Assert.Equal(1, _driver.Data->EnableCalls);
    }

    [Fact]
    public void AWaitAloneEnablesToo()
    {
        Assert.True(Fence.Wait(TimeSpan.FromTicks(1)).IsTimedOut);
        Assert.Equal(1, _driver.Data->EnableCalls);
    }

    [Fact]
    public void ManyObserversAtOnceEnableOnlyOnce()
    {
        Action observe = () =>
        {
            for (int i = 0; i < 200; i++)
            {
                Fence.AddCallback((_, _) => { }, null, out CallbackRegistration registration);
                registration.Remove();
            }
        };
        Race.Run(observe, observe, observe);
        Assert.Equal(1, _driver.Data->EnableCalls);
    }

    [Fact]
    public void AlreadyPassedSignalsTheFenceWithTheCallbackInPlace()
    {
        _driver.Data->EnableAnswersPassed = 1;
        int runs = 0;
        Assert.Equal(AddCallbackResult.Added, Fence.AddCallback((_, _) => runs++, null, out CallbackRegistration registration));
        Assert.Equal(1, runs);
        Assert.Equal(FenceStatus.Signaled, Fence.Status);
        Assert.False(registration.Remove());
        Assert.Equal(SignalResult.AlreadySignaled, _source.Signal());
    }

    [Fact]
    public void AWaitOnAFenceThatHasPassedReturnsAtOnce()
    {
        _driver.Data->EnableAnswersPassed = 1;
        Assert.Equal(FenceStatus.Signaled, Fence.Wait());
        Assert.Equal(0, Statistics.WaitsSlept);
    }

    [Fact]
    public void ASignaledFenceReachesNoOp()
    {
        _source.Signal();
        Fence.EnableSignal();
        Fence.SetDeadline(TimeSpan.FromSeconds(1));
        Assert.True(Fence.Poll());
        Assert.Equal((0, 0, 0), (_driver.Data->EnableCalls, _driver.Data->Deadlines, _driver.Data->Polls));
    }

    [Fact]
    public void PollAsksTheHardwareAndSignalsNothing()
    {
        Assert.False(Fence.Poll());
        _driver.Data->Passed = 1;
        Assert.True(Fence.Poll());
        Assert.Equal(2, _driver.Data->Polls);
        Assert.False(Fence.IsSignaled);
    }

    [Fact]
    public void TheSoonestDeadlineWinsAndThePastMeansNow()
    {
        long Kept() => DeadlineHints.Soonest(Fence.Slot->Timeline, 0);
        long start = MonotonicClock.Nanoseconds;
        Fence.SetDeadline(TimeSpan.FromHours(2));
        long twoHours = Kept();
        Assert.True(twoHours > start);
        Fence.SetDeadline(TimeSpan.FromHours(1));
        long oneHour = Kept();
        Assert.True(oneHour < twoHours);
        Fence.SetDeadline(TimeSpan.FromHours(3));
        Assert.Equal(oneHour, Kept());
        Assert.Equal(oneHour, _driver.Data->LastDeadline);
        Fence.SetDeadline(TimeSpan.FromDays(-1));
        Assert.InRange(Kept(), start, MonotonicClock.Nanoseconds);
        Fence.SetDeadline(TimeSpan.MaxValue);
        Assert.Equal(3, _driver.Data->Deadlines); // the others said nothing new
    }

    protected override void Dispose(bool disposing)
    {
        _source.Dispose();
        base.Dispose(disposing);
        _driver.Dispose();
    }
}
