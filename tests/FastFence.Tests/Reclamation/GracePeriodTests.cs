using FastFence.Reclamation;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Reclamation;

public sealed class GracePeriodTests
{
    [Fact]
    public void WithoutReadersAGracePeriodIsOverAtOnce()
    {
        GraceToken token = GracePeriod.Start();
        Assert.True(GracePeriod.Poll(token));
        Assert.True(GracePeriod.Poll(token));
        GracePeriod.Synchronize();
        Assert.True(GracePeriod.TrySynchronize(TimeSpan.MaxValue));
    }

    [Fact]
    public void AReaderInASectionHoldsUpEarlierTokensOnly()
    {
        using Worker reader = new();
        GraceToken before = GracePeriod.Start();
        reader.Do(Section.Enter);
        GraceToken during = GracePeriod.Start();
        Assert.True(GracePeriod.Poll(before));
        Assert.False(GracePeriod.Poll(during));
        Assert.False(GracePeriod.TrySynchronize(TimeSpan.Zero));
        reader.Do(Section.Exit);
        Assert.True(GracePeriod.Poll(during));
    }

    [Fact]
    public void WaitingInsideASectionIsRefused()
    {
        using Worker reader = new();
        using FenceEngine engine = Lives.Stepped();
        reader.Do(() =>
        {
            AccessToken token = default;
            using (AccessSection section = AccessSection.Begin(ref token))
            {
                Assert.Throws<InvalidOperationException>(GracePeriod.Synchronize);
                Assert.Throws<InvalidOperationException>(() => GracePeriod.TrySynchronize(TimeSpan.Zero));
                Assert.Throws<InvalidOperationException>(() => engine.Barrier(TimeSpan.Zero));
                Assert.Throws<InvalidOperationException>(() => engine.Poller.DoWork());
                Assert.Throws<InvalidOperationException>(OnlineReader.Register);
            }

            GracePeriod.Synchronize();
        });
    }

    [Fact]
    public void AnOnlineReaderHoldsUpUntilItReportsAndNotWhileOffline()
    {
        using Worker reader = new();
        OnlineReader? online = null;
        reader.Do(() => online = OnlineReader.Register());
        GraceToken token = GracePeriod.Start();
        Assert.False(GracePeriod.Poll(token));
        reader.Do(() => online!.ReportQuiescentState());
        Assert.True(GracePeriod.Poll(token));

        token = GracePeriod.Start();
        Assert.False(GracePeriod.Poll(token));
        reader.Do(() => online!.GoOffline());
        Assert.True(GracePeriod.Poll(token));
        Assert.True(GracePeriod.Poll(GracePeriod.Start()));

        reader.Do(() => online!.GoOnline());
        Assert.False(GracePeriod.Poll(GracePeriod.Start()));
        reader.Do(() => online!.Dispose());
        Assert.True(GracePeriod.Poll(GracePeriod.Start()));
    }

    [Fact]
    public void OnlineAndCasualReadersEachHoldUpAToken()
    {
        using Worker first = new();
        using Worker second = new();
        OnlineReader? online = null;
        first.Do(() => online = OnlineReader.Register());
        second.Do(Section.Enter);
        GraceToken token = GracePeriod.Start();
        first.Do(() => online!.ReportQuiescentState());
        Assert.False(GracePeriod.Poll(token));
        second.Do(Section.Exit);
        Assert.True(GracePeriod.Poll(token));
        first.Do(() => online!.Dispose());
    }

    [Fact]
    public void TheBarrierWaitsForAllThatWasReleasedBefore()
    {
        using FenceEngine engine = Lives.Stepped();
        Lives.Many(engine.CreateTimeline("t"), 5000);
        Assert.True(engine.Barrier(Timeout.InfiniteTimeSpan));
        Assert.Equal(5000, engine.GetStatistics().SlotsReclaimed);
        Assert.True(engine.Barrier(TimeSpan.Zero));
    }

    [Fact]
    public void TheBarrierWaitsForWhatWasClosedBefore()
    {
        using FenceEngine engine = Lives.Stepped();
        Exporter exporter = engine.CreateExporter("closed");
        Timeline[] timelines = [.. Enumerable.Range(0, 20).Select(i => exporter.CreateTimeline($"t{i}"))];
        Array.ForEach(timelines, static t => Lives.Many(t, 10));
        exporter.Close();
        Assert.True(engine.Barrier(Timeout.InfiniteTimeSpan));
        Assert.All(timelines, static t => Assert.True(t.IsFreed));
        Assert.Equal(0, engine.GetStatistics().PrivateDataRetired);
    }

    [Fact]
    public void TheBarrierDoesNotWaitForAClosedTimelineWithALiveFence()
    {
        using FenceEngine engine = Lives.Stepped();
        Timeline timeline = engine.CreateTimeline("t");
        FenceSource source = timeline.CreateFence();
        timeline.Dispose();
        Assert.True(engine.Barrier(Timeout.InfiniteTimeSpan));
        Assert.False(timeline.IsFreed);
        source.Dispose();
        Assert.True(engine.Barrier(Timeout.InfiniteTimeSpan));
        Assert.True(timeline.IsFreed);
    }
}
