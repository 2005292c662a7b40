using Xunit;

namespace FastFence.Checked;

/// <summary>C21: what is released twice is found although others hold the fence. C2: errors come before the signal.</summary>
public sealed class ReleaseTests : MisuseTest
{
    [Theory]
    [InlineData(Form.Event)]
    [InlineData(Form.Exception)]
    public void AReferenceDisposedTwiceIsReportedAndTakesNobodysElse(Form form)
    {
        using FenceSource source = Timeline.CreateFence();
        Assert.True(source.Fence.TryAcquire(out FenceRef other));
        Assert.True(source.Fence.TryAcquire(out FenceRef reference));
        FenceRef copy = reference;
        reference.Dispose();
        MisuseEventArgs found = Reported(MisuseKind.DoubleRelease, form, () => copy.Dispose());
        Assert.Contains("seqno 1", found.Message, StringComparison.Ordinal);
        Assert.Contains("timeline", found.Message, StringComparison.Ordinal);

        // Three releases too many would have ended it: the source's, the other's and the disposed one.
        Assert.Equal(FenceStatus.Pending, other.Fence.Status);
        Assert.Equal(copy.Fence, other.Fence);
        other.Dispose();
        Assert.Equal(FenceStatus.Pending, source.Fence.Status);
    }

    [Theory]
    [InlineData(Form.Event)]
    [InlineData(Form.Exception)]
    public void ASourceDisposedTwiceIsReportedAndTakesNobodysReference(Form form)
    {
        FenceSource source = Timeline.CreateFence();
        Assert.True(source.Fence.TryAcquire(out FenceRef held));
        source.Dispose();
        Reported(MisuseKind.DoubleRelease, form, () => source.Dispose());
        Assert.NotEqual(FenceStatus.Stale, held.Fence.Status);
        held.Dispose();
    }

    [Fact]
    public void EachHolderDisposedOnceIsNotReported() => NotReported(() =>
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        ulong slot = fence.Value;
        Assert.True(fence.TryAcquire(out FenceRef first));
        FenceRef second = first.Clone();
        Assert.True(Fence.TryAcquireFrom(ref slot, out FenceRef third));
        Assert.True(first == second && second.Equals(third) && first.GetHashCode() == third.GetHashCode());
        first.Dispose();
        Assert.Equal(fence, first.Fence);
        second.Dispose();
        third.Dispose();
        default(FenceRef).Dispose();
        default(FenceRef).Dispose();
        source.Signal();
    });

    [Fact]
    public void ATicketUsedAgainKnowsItsFormerHolder()
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        Assert.True(fence.TryAcquire(out FenceRef old));
        old.Dispose();
        for (int i = 0; i < 3 * (1 << 16); i++)
        {
            Assert.True(fence.TryAcquire(out FenceRef reference));
            reference.Dispose();
        }

        Assert.Empty(Found());
        old.Dispose();
        Assert.Equal(MisuseKind.DoubleRelease, Assert.Single(Found()).Kind);
        Assert.Equal(FenceStatus.Stale, old.Fence.Status);
        Assert.Equal(FenceStatus.Pending, fence.Status);
    }

    [Fact]
    public void ASourceOfAnEngineThatIsGoneIsNotReported() => NotReported(() =>
    {
        FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        FenceSource source = engine.CreateTimeline("t").CreateFence();
        engine.Dispose();
        source.Dispose();
    });

    [Theory]
    [InlineData(Form.Event)]
    [InlineData(Form.Exception)]
    public void AnErrorSetAfterTheSignalIsReported(Form form)
    {
        using FenceSource source = Timeline.CreateFence();
        source.Signal();
        Reported(MisuseKind.ErrorAfterSignal, form, () => source.TrySetError(FenceError.DeviceLost));
        Assert.Equal(FenceStatus.Signaled, source.Fence.Status);
    }

    [Fact]
    public void AnErrorSetAfterASignalOutOfTurnIsReported()
    {
        using FenceSource first = Timeline.CreateFence();
        using FenceSource second = Timeline.CreateFence();
        Assert.Equal(SignalResult.Deferred, second.Signal());
        Reported(MisuseKind.ErrorAfterSignal, Form.Event, () => second.TrySetError(FenceError.DeviceLost));
        first.Signal();
    }

    [Fact]
    public void AnErrorSetBeforeTheSignalIsNotReported() => NotReported(() =>
    {
        using FenceSource source = Timeline.CreateFence();
        Assert.True(source.TrySetError(FenceError.DeviceLost));
        Assert.False(source.TrySetError(FenceError.TimedOut)); // refused: there is one; the fence is pending
        source.Signal();
        source.Signal(); // a second signal is a counted no-op (C1), no misuse
    });

    [Fact]
    public void AnErrorSetOnAFenceThatItsTimelineEndedIsNotReported() => NotReported(() =>
    {
        Timeline timeline = Engine.CreateTimeline("t");
        using FenceSource source = timeline.CreateFence();
        timeline.Close();
        Assert.False(source.TrySetError(FenceError.DeviceLost));
    });
}
