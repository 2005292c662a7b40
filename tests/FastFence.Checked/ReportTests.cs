using FastFence.Reclamation;
using Xunit;

namespace FastFence.Checked;

/// <summary>How a finding reaches its readers.</summary>
public sealed class ReportTests : MisuseTest
{
    [Fact]
    public void AnEngineIsToldOfItsOwnFencesOnly()
    {
        using FenceEngine other = new(new FenceEngineOptions { StartPoller = false });
        List<FenceEngineNotificationEventArgs> mine = [];
        List<FenceEngineNotificationEventArgs> others = [];
        Engine.Notified += (_, e) => mine.Add(e);
        other.Notified += (_, e) => others.Add(e);
        using FenceSource source = Timeline.CreateFence();
        source.Signal();
        source.TrySetError(FenceError.DeviceLost);
        FenceEngineNotificationEventArgs told = Assert.Single(mine, e => e.Kind == NotificationKind.Misuse);
        Assert.Same(Assert.Single(Found()), told.Misuse);
        Assert.Equal(told.Misuse!.Message, told.Message);
        Assert.DoesNotContain(others, e => e.Kind == NotificationKind.Misuse);
    }

    [Fact]
    public void EveryEngineIsToldOfWhatIsNobodysInParticular()
    {
        using FenceEngine other = new(new FenceEngineOptions { StartPoller = false });
        int told = 0;
        Engine.Notified += (_, e) => told += e.Misuse?.Kind == MisuseKind.QueryOutsideSection ? 1 : 0;
        other.Notified += (_, e) => told += e.Misuse?.Kind == MisuseKind.QueryOutsideSection ? 1 : 0;
        _ = default(AccessView).DriverName(Fence.Stub).Length;
        Assert.Equal(2, told);
    }

    [Fact]
    public void EachSiteIsReportedOnceAndEachOccurrenceCounted()
    {
        long before = CheckedMode.MisuseCount;
        for (int i = 0; i < 10; i++)
        {
            _ = default(AccessView).DriverName(Fence.Stub).Length;
        }

        _ = default(AccessView).DriverName(Fence.Stub).Length; // another line is another site
        Assert.Equal(2, Found().Length);
        Assert.NotEqual(Found()[0].Site, Found()[1].Site);
        Assert.Equal(before + 11, CheckedMode.MisuseCount);
    }

    [Fact]
    public void TheSameSiteOnAnotherThreadIsNotReportedAgain()
    {
        static void Ask() => _ = default(AccessView).DriverName(Fence.Stub).Length;
        OnThread("first", Ask);
        OnThread("second", Ask);
        Assert.Equal("first", Assert.Single(Found()).ThreadName);
    }

    [Fact]
    public void AListenerThatThrowsOrMisusesChangesNothing()
    {
        static void Bad(object? sender, MisuseEventArgs e)
        {
            _ = default(AccessView).TimelineName(Fence.Stub).Length;
            throw new NotSupportedException("a listener's own fault");
        }

        CheckedMode.Misused += Bad;
        try
        {
            _ = default(AccessView).DriverName(Fence.Stub).Length;
        }
        finally
        {
            CheckedMode.Misused -= Bad;
        }

        Assert.Single(Found());
    }

    [Theory]
    [InlineData(null, false, true)]
    [InlineData("", false, true)]
    [InlineData("0", false, true)]
    [InlineData("false", false, true)]
    [InlineData("1", true, true)]
    [InlineData("True", true, true)]
    [InlineData("throw", true, true)]
    [InlineData("2", false, false)]
    [InlineData("yes", false, false)]
    public void SettingsAreKnownOrRefused(string? setting, bool on, bool known) =>
        Assert.Equal((on, known), (Checks.IsAsked(setting), Checks.IsKnown(setting)));
}
