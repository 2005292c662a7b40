using FastFence.NativeSim;
using FastFence.NativeSim.Jobs;
using Xunit;

namespace FastFence.Tests.NativeSim;

/// <summary>Which job runs when, on a clock that the test sets: every outcome is exact.</summary>
public sealed class JobScheduleTests
{
    [Fact]
    public void AMoreUrgentRingSetsALongJobAsideWhichGoesOnWithWhatIsLeft()
    {
        ManualEngine engine = new();
        ManualStream low = new("low", Job(100));
        ManualStream high = new("high", Job(10)) { Priority = 1 };
        engine.Schedule.Follow([low]);
        engine.PassAt(1);
        engine.Schedule.Follow([low, high]);
        engine.PassAt(41);
        Assert.Equal(JobState.SetAside, low.State);
        Assert.Equal(JobState.Runs, high.State);
        engine.PassAt(51);
        Assert.Equal(["high"], engine.Reports);
        Assert.Equal(111, engine.Schedule.Soonest); // 40 were done
        engine.PassAt(110);
        Assert.Equal(["high"], engine.Reports);
        engine.PassAt(111);
        Assert.Equal(["high", "low"], engine.Reports);
    }

    [Fact]
    public void ARingOfTheSamePriorityWaitsForTheJobInFlight()
    {
        ManualEngine engine = new();
        ManualStream first = new("first", Job(100));
        ManualStream second = new("second", Job(10));
        engine.Schedule.Follow([first]);
        engine.PassAt(1);
        engine.Schedule.Follow([first, second]);
        engine.PassAt(41);
        Assert.Equal(JobState.Runs, first.State);
        engine.PassAt(111);
        engine.PassAt(121);
        Assert.Equal(["first", "second"], engine.Reports);
    }

    [Fact]
    public void TheLeastUrgentJobIsTheOneSetAside()
    {
        ManualEngine engine = new(width: 2);
        ManualStream middle = new("middle", Job(100)) { Priority = 1 };
        ManualStream low = new("low", Job(100));
        ManualStream high = new("high", Job(10)) { Priority = 2 };
        engine.Schedule.Follow([middle, low]);
        engine.PassAt(1);
        engine.Schedule.Follow([middle, low, high]);
        engine.PassAt(2);
        Assert.Equal([JobState.Runs, JobState.SetAside, JobState.Runs], new[] { middle.State, low.State, high.State });
    }

    [Theory]
    [InlineData(1, "long short")]
    [InlineData(2, "short long")]
    public void AnEngineOfTwoPlacesFinishesRingsOutOfOrder(int width, string order)
    {
        ManualEngine engine = new(width);
        engine.Schedule.Follow([new ManualStream("long", Job(100)), new ManualStream("short", Job(10))]);
        for (long now = 1; now < 200; now++)
        {
            engine.PassAt(now);
        }

        Assert.Equal(order, string.Join(' ', engine.Reports));
    }

    [Fact]
    public void ARingHasOneJobInFlightHoweverWideItsEngine()
    {
        ManualEngine engine = new(width: 4);
        engine.Schedule.Follow([new ManualStream("a", Job(10), Job(10))]);
        engine.PassAt(1);
        engine.PassAt(11);
        Assert.Equal(["a"], engine.Reports);
        engine.PassAt(21);
        Assert.Equal(["a", "a"], engine.Reports);
    }

    [Fact]
    public void ARingThatWaitsForAValueLetsOthersGoFirst()
    {
        ManualEngine engine = new();
        ManualStream waits = new("waits", Wait(7, 3), Job(5));
        engine.Schedule.Follow([waits, new ManualStream("other", Job(5))]);
        engine.PassAt(1);
        engine.PassAt(6);
        Assert.Equal(["other"], engine.Reports);
        Assert.True(engine.Schedule.WaitsForValue);
        Assert.Equal(JobState.Waits, waits.State);
        Assert.False(engine.Schedule.HasValueCome());
        engine.Reach(7, 2);
        engine.PassAt(7);
        Assert.Equal(["other"], engine.Reports);
        engine.Reach(7, 3);
        Assert.True(engine.Schedule.HasValueCome());
        engine.PassAt(8);
        engine.PassAt(13);
        Assert.Equal(["other", "waits", "waits"], engine.Reports);
    }

    [Fact]
    public void JobsWithoutDurationAreReportedTogetherUpToABoundAndRingsTakeTurns()
    {
        ManualEngine engine = new(batch: 2);
        engine.Schedule.Follow([new ManualStream("a", Job(0), Job(0), Job(0)), new ManualStream("b", Job(0))]);
        engine.PassAt(1);
        Assert.Equal(["a+2", "b", "a"], engine.Reports);
    }

    [Fact]
    public void AJobStartsWhenTheOneBeforeEndedAndNotWhenThatWasNoticed()
    {
        ManualEngine engine = new();
        engine.Schedule.Follow([new ManualStream("a", Job(10), Job(10))]);
        engine.PassAt(1);
        engine.PassAt(18); // seven late
        engine.PassAt(21);
        Assert.Equal(["a", "a"], engine.Reports);
    }

    [Fact]
    public void AJobThatComesToAnIdleEngineStartsWhenItComes()
    {
        ManualEngine engine = new();
        engine.Schedule.Follow([new ManualStream("a", Job(10))]);
        engine.PassAt(1);
        engine.PassAt(11);
        engine.Schedule.Follow([new ManualStream("b", Job(10))]);
        engine.PassAt(100);
        Assert.Equal(110, engine.Schedule.Soonest);
    }

    [Fact]
    public void NothingEndsOnAnEngineThatHangsAndARingTakenAwayFreesItsPlace()
    {
        ManualEngine engine = new();
        ManualStream stuck = new("stuck", Job(10));
        engine.Schedule.Follow([stuck, new ManualStream("next", Job(10))]);
        engine.PassAt(1);
        engine.Stands = true;
        engine.PassAt(100);
        Assert.Empty(engine.Reports);
        stuck.IsGone = true;
        engine.Stands = false;
        engine.PassAt(101);
        engine.PassAt(111);
        Assert.Equal(["next"], engine.Reports);
    }

    [Fact]
    public void AnInterruptIsHeldBackByCountAndByTimeAndNeverLonger()
    {
        InterruptCoalescer coalescer = new(4, 100);
        Assert.Equal(long.MaxValue, coalescer.DueAt);
        Assert.False(coalescer.Add(1, 10)); // a lone one
        Assert.Equal(110, coalescer.DueAt);
        Assert.False(coalescer.TryTake(109));
        Assert.True(coalescer.TryTake(110));
        Assert.False(coalescer.TryTake(500)); // once
        Assert.False(coalescer.Add(3, 600));
        Assert.True(coalescer.Add(1, 601));
        Assert.False(coalescer.Add(1, 700));
        Assert.True(coalescer.Add(1, 800)); // the first of them is old enough
        InterruptCoalescer plain = new(1, 0);
        Assert.True(plain.Add(1, 10));
    }

    private static RingCommand Job(long nanoseconds) => new() { DurationNanoseconds = nanoseconds };

    private static RingCommand Wait(ulong context, ulong value) =>
        new() { Opcode = (uint)DeviceOpcode.WaitValue, Argument0 = context, Argument1 = value };
}
