using System.Runtime.InteropServices;
using Xunit;

namespace FastFence.Checked;

/// <summary>C3: inside a signalling section nobody waits and nothing grows.</summary>
public sealed unsafe class SignallingTests : MisuseTest
{
    private static FenceEngine? s_engine;

    public static TheoryData<bool, bool, Form> Waits => new MatrixTheoryData<bool, bool, Form>(
        [false, true], [false, true], [Form.Event, Form.Exception]);

    [Theory]
    [MemberData(nameof(Waits))]
    public void AWaitInsideASignallingSectionIsReportedWithTheSectionsPlace(bool named, bool grace, Form form)
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        MisuseEventArgs found = Reported(MisuseKind.WaitInsideSignalling, form, () =>
        {
            using SignallingSection section = named ? Timeline.BeginSignalling() : SignallingSection.Begin();
            WaitFor(grace, fence);
        });
        Assert.Contains(nameof(AWaitInsideASignallingSectionIsReportedWithTheSectionsPlace), found.OtherSite, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public void TheSameWaitBesideTheSectionIsNot(bool named, bool grace, Form form)
    {
        Assert.True(Enum.IsDefined(form));
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        NotReported(() =>
        {
            WaitFor(grace, fence);
            using (SignallingSection section = named ? Timeline.BeginSignalling() : SignallingSection.Begin())
            {
                using SignallingSection nested = SignallingSection.Begin();
                Assert.True(fence.Wait(TimeSpan.Zero).IsTimedOut);
                source.Signal();
            }

            WaitFor(grace, fence);
        });
    }

    [Fact]
    public void EndingASectionTwiceEndsItOnce()
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        SignallingSection outer = Timeline.BeginSignalling();
        SignallingSection inner = Timeline.BeginSignalling();
        inner.Dispose();
        inner.Dispose();
        fence.Wait(TimeSpan.FromTicks(1));
        Assert.Equal(MisuseKind.WaitInsideSignalling, Assert.Single(Found()).Kind);
        outer.Dispose();
        NotReportedAgain(() => fence.Wait(TimeSpan.FromTicks(1)));
    }

    [Theory]
    [InlineData(Form.Event)]
    [InlineData(Form.Exception)]
    public void ACallbackThatWaitsIsInsideTheSectionOfItsSignaller(Form form)
    {
        using FenceSource other = Timeline.CreateFence();
        Fence waitedFor = other.Fence;
        CheckedMode.Throws = form == Form.Exception;
        for (int i = 0; i < 2; i++)
        {
            // Callbacks of a second timeline: in turn, so that they run at once.
            using FenceSource source = Engine.CreateTimeline("second").CreateFence();
            source.Fence.AddCallback((_, _) => waitedFor.Wait(TimeSpan.FromTicks(1)), null, out _);
            using SignallingSection section = Timeline.BeginSignalling();
            source.Signal();
        }

        Assert.Equal(MisuseKind.WaitInsideSignalling, Assert.Single(Found()).Kind);
        Assert.Equal(form == Form.Exception ? 2 : 0, Engine.GetStatistics().CallbacksThrown);
    }

    [Fact]
    public void ACallbackThatWaitsOutsideOfSignallingSectionsIsNotReported() => NotReported(() =>
    {
        using FenceSource other = Timeline.CreateFence();
        Fence waitedFor = other.Fence;
        using FenceSource source = Engine.CreateTimeline("second").CreateFence();
        bool ran = false;
        source.Fence.AddCallback((_, _) => ran = waitedFor.Wait(TimeSpan.FromTicks(1)).IsTimedOut, null, out _);
        source.Signal();
        Assert.True(ran);
    });

    [Fact]
    public void ANativeCallbackThatWaitsOnThePollerIsReported()
    {
        // Really native: a managed function passed as one goes to the dispatcher, which is no signalling section.
        using NativeCaller native = NativeCaller.Make();
        s_engine = Engine;
        using FenceRing ring = Engine.CreateRing("ring", new RingOptions { Capacity = 8 });
        ring.Emit(default, out FenceRef held);
        held.Fence.AddNativeCallback(native.Function, (nint)(delegate* unmanaged<void>)&WaitNatively, out _);
        Assert.True(ring.Consumer.TryTake(out _));
        ring.Consumer.Complete(ring.Consumer.Position);
        Assert.Equal(1, Engine.Poller.DoWork());
        held.Dispose();
        MisuseEventArgs found = Assert.Single(Found());
        Assert.Equal(MisuseKind.WaitInsideSignalling, found.Kind);
        Assert.Contains(nameof(WaitNatively), found.Site, StringComparison.Ordinal);
        NotReportedAgain(() => WaitFor(false, Fence.Stub)); // the turn is over
    }

    [Fact]
    public void InsideASignallingSectionNothingNewIsCarvedAndTheRefusalIsClear()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, MagazineSize = 4 });
        Timeline timeline = engine.CreateTimeline("t");
        List<FenceSource> sources = [timeline.CreateFence()];
        using (SignallingSection section = timeline.BeginSignalling())
        {
            while (timeline.TryCreateFence(out FenceSource source))
            {
                sources.Add(source); // what is carved already may be used
                Assert.True(sources.Count < 100, "a signalling section has no bound");
            }

            Assert.InRange(sources.Count, 2, 99);
            Assert.Contains("signalling section", Assert.Throws<InsufficientMemoryException>(() => timeline.CreateFence()).Message, StringComparison.Ordinal);
        }

        sources.Add(timeline.CreateFence());
        sources.ForEach(s => s.Dispose());
        Assert.Empty(Found());
    }

    [UnmanagedCallersOnly]
    private static void WaitNatively() => s_engine!.Barrier(TimeSpan.FromTicks(1));

    private static void WaitFor(bool grace, Fence fence)
    {
        if (grace)
        {
            GracePeriod.Synchronize();
        }
        else
        {
            fence.Wait(TimeSpan.FromTicks(1));
        }
    }

    private static void NotReportedAgain(Action use)
    {
        long before = CheckedMode.MisuseCount;
        use();
        Assert.Equal(before, CheckedMode.MisuseCount);
    }
}
