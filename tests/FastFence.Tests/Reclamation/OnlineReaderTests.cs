using FastFence.Reclamation;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Reclamation;

public sealed class OnlineReaderTests : IDisposable
{
    private readonly Worker _thread = new();

    public void Dispose() => _thread.Dispose();

    [Fact]
    public void ARegisteredThreadCannotRegisterAgainNorLendItsReader() => _thread.Do(() =>
    {
        using OnlineReader online = OnlineReader.Register();
        Assert.Throws<InvalidOperationException>(OnlineReader.Register);
        using Worker stranger = new();
        Assert.Throws<InvalidOperationException>(() => stranger.Do(online.ReportQuiescentState));
        online.GoOffline();
        Assert.Throws<InvalidOperationException>(OnlineReader.Register);
        Assert.Throws<InvalidOperationException>(online.ReportQuiescentState);
    });

    [Fact]
    public void InsideASectionAReportOrALeaveIsRefused() => _thread.Do(() =>
    {
        using OnlineReader online = OnlineReader.Register();
        Section.Enter();
        Assert.Throws<InvalidOperationException>(online.ReportQuiescentState);
        Assert.Throws<InvalidOperationException>(online.GoOffline);
        Assert.Throws<InvalidOperationException>(online.GoOnline);
        Section.Exit();
        online.ReportQuiescentState();
    });

    [Fact]
    public void ComingBackTwiceForgetsNoSection()
    {
        OnlineReader? online = null;
        _thread.Do(() =>
        {
            online = OnlineReader.Register();
            online.GoOnline();
            Section.Enter();
            Section.Exit();
        });
        Assert.False(GracePeriod.Poll(GracePeriod.Start())); // still online
        _thread.Do(() => online!.Dispose());
        Assert.True(GracePeriod.Poll(GracePeriod.Start()));
    }

    [Fact]
    public void ASectionOfAnOfflineOnlineReaderHoldsUpAndEndsOffline()
    {
        OnlineReader? online = null;
        _thread.Do(() =>
        {
            online = OnlineReader.Register();
            online.GoOffline();
            Section.Enter();
            Assert.Throws<InvalidOperationException>(GracePeriod.Synchronize);
        });
        GraceToken token = GracePeriod.Start();
        Assert.False(GracePeriod.Poll(token));
        _thread.Do(Section.Exit);
        Assert.True(GracePeriod.Poll(token));
        _thread.Do(() => online!.Dispose());
    }

    [Fact]
    public void AWaitWhileOfflineDoesNotBringTheReaderBack()
    {
        using FenceEngine engine = Lives.Stepped();
        using FenceSource source = engine.CreateTimeline("t").CreateFence();
        Fence fence = source.Fence;
        OnlineReader? online = null;
        _thread.Do(() =>
        {
            online = OnlineReader.Register();
            online.GoOffline();
            Assert.True(fence.Wait(TimeSpan.FromMilliseconds(1)).IsTimedOut);
            GracePeriod.Synchronize();
        });
        Assert.True(GracePeriod.Poll(GracePeriod.Start()));
        _thread.Do(() => online!.Dispose());
    }

    [Fact]
    public void ABlockedOnlineReaderHoldsUpNobodyAndIsOnlineAfterwards()
    {
        using FenceEngine engine = Lives.Stepped();
        FenceSource source = engine.CreateTimeline("t").CreateFence();
        Fence fence = source.Fence;
        OnlineReader? online = null;
        Action woken = _thread.Begin(() =>
        {
            online = OnlineReader.Register();
            Assert.True(fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess);
        });
        Until.Holds(() => engine.GetStatistics().WaitsSlept == 1, "a sleeping waiter");
        Assert.True(GracePeriod.Poll(GracePeriod.Start()));
        source.Signal();
        woken();
        Assert.False(GracePeriod.Poll(GracePeriod.Start()));
        _thread.Do(() => online!.Dispose());
        source.Dispose();
    }

    [Fact]
    public void DisposingTheReaderInsideASectionKeepsTheSection()
    {
        _thread.Do(() =>
        {
            OnlineReader online = OnlineReader.Register();
            Section.Enter();
            online.Dispose();
        });
        GraceToken token = GracePeriod.Start();
        Assert.False(GracePeriod.Poll(token));
        _thread.Do(Section.Exit);
        Assert.True(GracePeriod.Poll(token));
    }

    [Fact]
    public void SteppingAPollerLeavesAnOnlineReaderOnline()
    {
        using FenceEngine engine = Lives.Stepped();
        OnlineReader? online = null;
        _thread.Do(() =>
        {
            online = OnlineReader.Register();
            engine.Poller.DoWork();
        });
        GraceToken token = GracePeriod.Start();
        Assert.False(GracePeriod.Poll(token));
        _thread.Do(() =>
        {
            online!.GoOffline();
            engine.Poller.DoWork();
        });
        Assert.True(GracePeriod.Poll(GracePeriod.Start()));
        _thread.Do(() => online!.Dispose());
    }

    [Fact]
    public void ManyNestedSectionsFailLoudlyAndCorrectlyUnwind() => _thread.Do(() =>
    {
        const int Most = ushort.MaxValue;
        for (int i = 0; i < Most; i++)
        {
            Section.Enter();
        }

        Assert.Throws<InvalidOperationException>(Section.Enter);
        for (int i = 0; i < Most; i++)
        {
            Section.Exit();
        }

        GracePeriod.Synchronize();
    });
}
