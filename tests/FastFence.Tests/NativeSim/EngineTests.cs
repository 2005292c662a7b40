using FastFence.NativeSim;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.NativeSim;

/// <summary>What engines do alike in this process and in one of their own.</summary>
public abstract class EngineTests : IDisposable
{
    private protected static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private protected FenceEngine Engine { get; } = new();

    [Fact]
    public void AJobWaitsForAnotherEnginesValueWhileOtherRingsGoOn()
    {
        FenceRing writer = Ring("writer", 0);
        FenceRing reader = Ring("reader", 1);
        FenceRing other = Ring("other", 1);
        using Gate gate = new(Engine);
        using FenceRef written = gate.Hold(writer, DeviceCommand.Write(7, 0));
        using FenceRef wait = Emit(reader, DeviceCommand.WaitFor(written.Fence));
        using FenceRef copied = Emit(reader, DeviceCommand.Copy(0, 8, 8));
        Finish(other, DeviceCommand.Copy(0, 16, 8)); // the control: who does not wait finds nothing
        Finish(other);
        Assert.Equal(0UL, ReadValue(16));
        Assert.Equal(FenceStatus.Pending, copied.Fence.Status);
        gate.Open();
        Assert.True(copied.Fence.Wait(s_limit).IsSuccess);
        Assert.Equal(7UL, ReadValue(8));
        Assert.True(wait.Fence.IsSignaled);
    }

    [Fact]
    public void ARingWaitsForAnotherRingOfItsOwnEngine()
    {
        FenceRing writer = Ring("writer", 0);
        FenceRing reader = Ring("reader", 0);
        using Gate gate = new(Engine);
        using FenceRef written = gate.Hold(writer, DeviceCommand.Write(9, 0));
        Emit(reader, DeviceCommand.WaitFor(written.Fence)).Dispose();
        using FenceRef copied = Emit(reader, DeviceCommand.Copy(0, 8, 8));
        gate.Open();
        Assert.True(copied.Fence.Wait(s_limit).IsSuccess);
        Assert.Equal(9UL, ReadValue(8));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AWaitThatNothingCanEndIsSeenByTheWatchdog(bool isCircle)
    {
        FenceRing guilty = Ring("guilty", 0, watchdog: TimeSpan.FromMilliseconds(150));
        FenceRing other = Ring("other", 1);
        RingCommand never = new() { Opcode = (uint)DeviceOpcode.WaitValue, Argument0 = other.Timeline.Context, Argument1 = isCircle ? 1 : 1_000UL };
        using FenceRef stuck = Emit(guilty, never);
        using FenceRef circle = Emit(other, isCircle ? DeviceCommand.WaitFor(stuck.Fence) : default);
        Assert.False(stuck.Fence.Wait(s_limit).IsTimedOut);
        Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), stuck.Fence.Status);
        Assert.True(circle.Fence.Wait(s_limit).IsSuccess); // what it waited for has ended
        Finish(other);
    }

    [Fact]
    public void AWaitForARingThatIsClosedGoesOn()
    {
        FenceRing closed = Ring("closed", 0);
        FenceRing ring = Ring("ring", 1);
        using Gate gate = new(Engine);
        FenceRef never = gate.Hold(closed, default);
        using FenceRef wait = Emit(ring, DeviceCommand.WaitFor(never.Fence));
        closed.Dispose();
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), never.Fence.Status);
        Assert.True(wait.Fence.Wait(s_limit).IsSuccess);
        never.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)] // the control: as urgent as the other
    public void AMoreUrgentRingGoesFirstAndTheLongJobGoesOnBehindIt(int priority)
    {
        FenceRing low = Ring("low", 0);
        FenceRing urgent = Ring("urgent", 0, priority);
        Finish(low);
        Finish(urgent);
        using FenceRef longJob = Emit(low, new RingCommand { DurationNanoseconds = 400_000_000 });
        Until.Holds(() => IsBusy(low), "the long job in flight");
        using FenceRef quick = Emit(urgent, new RingCommand { DurationNanoseconds = 1_000 });
        Assert.True(quick.Fence.Wait(s_limit).IsSuccess);
        Assert.True(longJob.Fence.Wait(s_limit).IsSuccess);
        Assert.Equal(priority > 0, quick.Fence.TimestampNanoseconds < longJob.Fence.TimestampNanoseconds);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)] // the control
    public void RingsOfAWideEngineFinishOutOfOrder(int jobsAtOnce)
    {
        Begin(new EngineHabits { JobsAtOnce = jobsAtOnce });
        FenceRing slow = Ring("slow", 0);
        FenceRing quick = Ring("quick", 0);
        Finish(slow);
        Finish(quick);
        using FenceRef longJob = Emit(slow, new RingCommand { DurationNanoseconds = 300_000_000 });
        Until.Holds(() => IsBusy(slow), "the long job in flight");
        using FenceRef shortJob = Emit(quick, new RingCommand { DurationNanoseconds = 1_000 });
        Assert.True(shortJob.Fence.Wait(s_limit).IsSuccess);
        Assert.True(longJob.Fence.Wait(s_limit).IsSuccess);
        Assert.Equal(jobsAtOnce > 1, shortJob.Fence.TimestampNanoseconds < longJob.Fence.TimestampNanoseconds);
    }

    [Fact]
    public void InterruptsAreFewerThanJobsAndALoneJobHasItsOwn()
    {
        const int Jobs = 160;
        Begin(new EngineHabits { InterruptJobs = 16, InterruptDelay = TimeSpan.FromMilliseconds(300) });
        FenceRing ring = Ring("held back", 0);
        Run(ring, Jobs);
        Until.Holds(() => InterruptsRaised >= 1, "an interrupt");
        Assert.InRange(InterruptsRaised, 1, Jobs / 4);
        long before = InterruptsRaised;
        Finish(ring, new RingCommand { DurationNanoseconds = 1_000 }); // the poller's own looks find it, too
        Until.Holds(() => InterruptsRaised > before, "the lone one's interrupt");
    }

    [Fact]
    public void EveryJobHasItsInterruptUnlessTheyAreHeldBack()
    {
        FenceRing ring = Ring("plain", 0);
        Run(ring, 160);
        Until.Holds(() => InterruptsRaised >= 160, "an interrupt a job");
    }

    [Fact]
    public void ATimeOfTheDevicesClockIsBelievedWithinBoundsOnly()
    {
        FenceRing ring = Ring("timed", 0);
        long before = DeviceClock.Nanoseconds;
        Finish(ring, DeviceCommand.Timestamp(24));
        Assert.True(TryReadTime(24, before, out long time));
        Assert.InRange(time, before, DeviceClock.Nanoseconds);
        Assert.False(TryReadTime(24, time + 1, out time)); // older than its job
        Assert.Equal(0, time);
        Finish(ring, DeviceCommand.Write(long.MaxValue, 24)); // what a broken device might say
        Assert.False(TryReadTime(24, before, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReadValue(1L << 40));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReadValue(-8));
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Engine.Dispose(); // before the device

    private protected abstract long InterruptsRaised { get; }

    private protected abstract void Begin(EngineHabits habits);

    private protected abstract FenceRing Ring(string name, int engine, int priority = 0, TimeSpan? watchdog = null);

    private protected abstract bool IsBusy(FenceRing ring);

    private protected abstract ulong ReadValue(long offset);

    private protected abstract bool TryReadTime(long offset, long notBefore, out long nanoseconds);

    private protected static void Finish(FenceRing ring, RingCommand command = default)
    {
        using FenceRef fence = Emit(ring, command);
        Assert.True(fence.Fence.Wait(s_limit).IsSuccess);
    }

    private protected static FenceRef Emit(FenceRing ring, RingCommand command = default)
    {
        FenceRef fence = default;
        Until.Holds(() => ring.Emit(command, out fence) == EmitResult.Emitted, "room on the ring");
        return fence;
    }

    private static void Run(FenceRing ring, int jobs)
    {
        for (int i = 0; i < jobs; i++)
        {
            Emit(ring, new RingCommand { DurationNanoseconds = 1_000 }).Dispose();
        }

        Finish(ring);
    }

    /// <summary>Habits of both kinds of device.</summary>
    private protected sealed record EngineHabits
    {
        internal int JobsAtOnce { get; init; } = 1;

        internal int InterruptJobs { get; init; } = 1;

        internal TimeSpan InterruptDelay { get; init; }
    }

    /// <summary>Holds jobs back that the device is not to see yet.</summary>
    private protected sealed class Gate(FenceEngine engine) : IDisposable
    {
        private readonly FenceSource _source = engine.CreateTimeline("gate").CreateFence();

        internal FenceRef Hold(FenceRing ring, RingCommand command)
        {
            Assert.Equal(EmitResult.Emitted, ring.EmitWhen([_source.Fence], command, out FenceRef fence));
            return fence;
        }

        internal void Open() => _source.Signal();

        public void Dispose() => _source.Dispose();
    }
}
