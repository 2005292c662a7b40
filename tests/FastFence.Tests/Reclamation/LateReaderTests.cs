using System.Globalization;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Reclamation;

public sealed unsafe class LateReaderTests
{
    private const int Bound = 4000;
    private const int Slack = 3 * 504; // a bag being filled, one loaded, one in hand

    [Fact]
    public void AParkedReaderCannotExhaustMemoryAndIsNamed()
    {
        using FenceEngine engine = new(new FenceEngineOptions
        {
            StartPoller = false,
            MaxFences = 1 << 20,
            MaxLimbo = Bound,
            StallLimit = TimeSpan.FromMilliseconds(1),
        });
        using ManualResetEventSlim named = new();
        using Worker reader = new();
        engine.Notified += (_, e) =>
        {
            if (e.Kind == NotificationKind.ReaderStalled && e.Message.Contains(reader.Id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
            {
                named.Set();
            }
        };
        Timeline timeline = engine.CreateTimeline("t");
        reader.Do(Section.Enter);
        int lives = 0;
        while (Lives.TryOne(timeline, out _))
        {
            Assert.True(++lives <= Bound + Slack, "limbo has no bound");
        }

        EngineStatistics late = engine.GetStatistics();
        Assert.True(late.Limbo is >= Bound - Slack and <= Bound + Slack, $"{late.Limbo} on limbo");
        Assert.Contains("MaxLimbo", Assert.Throws<InsufficientMemoryException>(() => timeline.CreateFence()).Message, StringComparison.Ordinal);
        Assert.True(named.Wait(TimeSpan.FromSeconds(60)), "the late reader is not named");

        reader.Do(Section.Exit);
        Until.Drained(engine);
        Lives.Many(timeline, 3 * Bound);
    }

    [Fact]
    public void WithAWideBoundTheSameReaderLetsLimboGrow()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, MaxFences = 1 << 20, MaxLimbo = 10 * Bound });
        using Worker reader = new();
        Timeline timeline = engine.CreateTimeline("t");
        reader.Do(Section.Enter);
        Lives.Many(timeline, 2 * (Bound + Slack));
        Assert.True(engine.GetStatistics().Limbo > Bound + Slack);
        reader.Do(Section.Exit);
        Until.Drained(engine);
    }

    [Fact]
    public void EveryEngineNamesTheReaderThatHoldsItUp()
    {
        FenceEngineOptions options = new() { StartPoller = false, StallLimit = TimeSpan.FromMilliseconds(1) };
        using FenceEngine first = new(options);
        using FenceEngine second = new(options);
        using CountdownEvent named = new(2);
        foreach (FenceEngine engine in new[] { first, second })
        {
            engine.Notified += (_, e) => named.Signal(e.Kind == NotificationKind.ReaderStalled ? 1 : 0);
        }

        using Worker reader = new();
        reader.Do(Section.Enter);
        GracePeriod.Start();
        Assert.True(named.Wait(TimeSpan.FromSeconds(60)), "an engine does not name the reader");
        reader.Do(Section.Exit);
    }

    [Fact]
    public void AReaderThatDiedInASectionIsRecovered()
    {
        using FenceEngine engine = Lives.Stepped();
        Worker reader = new();
        reader.Do(Section.Enter);
        GraceToken token = GracePeriod.Start();
        Assert.False(GracePeriod.Poll(token));
        reader.Dispose();
        Until.Holds(() => GracePeriod.Poll(token), "the grace period after the reader's death");
    }

    [Fact]
    public void ALivingReaderInASectionIsNotRecovered()
    {
        using Worker reader = new();
        reader.Do(Section.Enter);
        GraceToken token = GracePeriod.Start();
        for (int i = 0; i < 3; i++)
        {
            Registry.RecoverDead(Domain.Process);
            Assert.False(GracePeriod.Poll(token));
        }

        reader.Do(Section.Exit);
        Assert.True(GracePeriod.Poll(token));
    }

    [Fact]
    public void ADeadReadersThreadNumberMayBeAnothersByNow()
    {
        Worker reader = new();
        nint record = reader.Ask(() =>
        {
            Section.Enter();
            return (nint)Registry.CurrentReader();
        });
        using Worker heir = new();
        reader.Dispose();
        ((ReaderRecord*)record)->ThreadId = heir.Id;
        Assert.True(CurrentThread.IsAlive(heir.Id));
        ((ReaderRecord*)record)->ThreadStart--; // the ticks of a start are coarse
        GraceToken token = GracePeriod.Start();
        Until.Holds(() => Registry.RecoverDead(Domain.Process) >= 0 && GracePeriod.Poll(token), "recovery by start time");
    }
}
