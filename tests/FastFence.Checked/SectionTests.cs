using FastFence.Reclamation;
using Xunit;

namespace FastFence.Checked;

/// <summary>C5 and C18: a section ends where it began, and nobody waits in it.</summary>
public sealed unsafe class SectionTests : MisuseTest
{
    public static TheoryData<string, Form> Waits => new MatrixTheoryData<string, Form>(
        ["wait", "all", "value", "grace", "barrier", "close", "await"], [Form.Event, Form.Exception]);

    [Theory]
    [MemberData(nameof(Waits))]
    public void AWaitInsideASectionIsReportedWithTheSectionsPlace(string what, Form form)
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        MisuseEventArgs found = Reported(MisuseKind.WaitInsideSection, form, () =>
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            WaitFor(what, fence);
        });
        Assert.Contains(nameof(AWaitInsideASectionIsReportedWithTheSectionsPlace), found.OtherSite, StringComparison.Ordinal);
        Assert.Contains("SectionTests.cs:", found.OtherSite, StringComparison.Ordinal);
    }

    [Fact]
    public void AWaitInsideASectionIsFoundAlsoWhenItDoesNotComeToWaiting()
    {
        using FenceSource source = Timeline.CreateFence();
        source.Signal();
        Fence fence = source.Fence;
        Reported(MisuseKind.WaitInsideSection, Form.Event, () =>
        {
            Action action = new() { Fence = fence };
            Access.Run(ref action);
        });
        Assert.Contains("SectionTests+Action.Invoke", Found()[0].OtherSite, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public void TheSameWaitBehindTheSectionIsNot(string what, Form form)
    {
        Assert.True(Enum.IsDefined(form));
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        NotReported(() =>
        {
            AccessToken token = default;
            using (AccessSection section = AccessSection.Begin(ref token))
            {
                Assert.True(fence.Wait(TimeSpan.Zero).IsTimedOut); // asks, never waits
            }

            WaitFor(what, fence);
        });
    }

    [Theory]
    [InlineData(true, Form.Event)]
    [InlineData(true, Form.Exception)]
    [InlineData(false, Form.Event)]
    [InlineData(false, Form.Exception)]
    public void AQuiescentStateInsideASectionIsReported(bool report, Form form)
    {
        using OnlineReader reader = OnlineReader.Register();
        Reported(MisuseKind.QuiescentInsideSection, form, () =>
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            if (report)
            {
                reader.ReportQuiescentState();
            }
            else
            {
                reader.GoOffline();
            }
        });
    }

    [Fact]
    public void AQuiescentStateBetweenSectionsIsNot()
    {
        using OnlineReader reader = OnlineReader.Register();
        NotReported(() =>
        {
            AccessToken token = default;
            using (AccessSection section = AccessSection.Begin(ref token))
            {
            }

            reader.ReportQuiescentState();
            reader.GoOffline();
            reader.GoOnline();
        });
    }

    [Theory]
    [InlineData(Form.Event)]
    [InlineData(Form.Exception)]
    public void ASectionLeftOpenAtTheEndOfItsThreadIsReportedAsAnEventOnly(Form form)
    {
        CheckedMode.Throws = form == Form.Exception;
        for (int i = 0; i < 2; i++)
        {
            OnThread("forgetful", static () =>
            {
                AccessToken token = default;
                AccessSection.Begin(ref token);
            });
        }

        Until(() => Found().Length != 0 && CheckedMode.MisuseCount >= 2, "the report of a section left open");
        MisuseEventArgs found = Assert.Single(Found());
        Assert.Equal((MisuseKind.SectionLeftOpen, "forgetful"), (found.Kind, found.ThreadName));
        Assert.Contains("SectionTests.cs:", found.Site, StringComparison.Ordinal);
        Assert.Contains(nameof(ASectionLeftOpenAtTheEndOfItsThreadIsReportedAsAnEventOnly), found.Site, StringComparison.Ordinal);
        Assert.NotEqual(0, found.ManagedThreadId);
        Assert.NotEqual(Environment.CurrentManagedThreadId, found.ManagedThreadId);
    }

    [Fact]
    public void ASignallingSectionLeftOpenIsReported()
    {
        OnThread("forgetful", () => Timeline.BeginSignalling());
        Until(() => Found().Length != 0, "the report of a signalling section left open");
        Assert.Equal(MisuseKind.SectionLeftOpen, Found()[0].Kind);
        Assert.Contains("signalling", Found()[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AThreadThatEndsItsSectionsIsNotReported() => NotReported(() =>
    {
        int tid = 0;
        OnThread("tidy", () =>
        {
            tid = Registry.CurrentReader()->ThreadId;
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            using SignallingSection signalling = Timeline.BeginSignalling();
        });
        Until(() => !Platform.CurrentThread.IsAlive(tid), "the end of a thread that was joined");
        Registry.RecoverDead(Domain.Process);
    });

    [Fact]
    public void ALateReaderIsNamedWithThePlaceOfItsSection()
    {
        string? message = null;
        Engine.Notified += (_, e) => message = e.Kind == NotificationKind.ReaderStalled ? e.Message : message;
        AccessToken token = default;
        using (AccessSection section = AccessSection.Begin(ref token))
        {
            AccessToken inner = default;
            using AccessSection nested = AccessSection.Begin(ref inner);
            GracePeriod.Start();
            Until(() => message != null, "the late reader's name");
        }

        Assert.Contains(nameof(ALateReaderIsNamedWithThePlaceOfItsSection), message, StringComparison.Ordinal);
        Assert.Contains("SectionTests.cs:", message, StringComparison.Ordinal);
        Assert.Empty(Found());
    }

    private void WaitFor(string what, Fence fence)
    {
        switch (what)
        {
            case "wait":
                fence.Wait(TimeSpan.FromTicks(1));
                break;
            case "all":
                FenceWait.All([fence, fence], TimeSpan.FromTicks(1), CancellationToken.None);
                break;
            case "value":
                Timeline.WaitFor(1, TimeSpan.FromTicks(1), CancellationToken.None);
                break;
            case "grace":
                GracePeriod.Synchronize();
                break;
            case "barrier":
                Engine.Barrier(TimeSpan.FromTicks(1));
                break;
            case "close":
                Timeline.Close();
                break;
            default:
                using (CancellationTokenSource ended = new())
                {
                    ValueTask<FenceStatus> awaited = fence.WaitAsync(ended.Token);
                    ended.Cancel();
                    Assert.Throws<OperationCanceledException>(() => awaited.AsTask().GetAwaiter().GetResult());
                }

                break;
        }
    }

    private struct Action : IAccessAction
    {
        public Fence Fence;

        public readonly void Invoke(scoped AccessView view) => Fence.Wait(TimeSpan.FromTicks(1));
    }
}
