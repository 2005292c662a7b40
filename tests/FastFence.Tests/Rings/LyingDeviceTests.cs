using Xunit;

namespace FastFence.Tests.Rings;

/// <summary>Fault 32: a device reports what it cannot have done. Nothing is signaled by mistake and no fence is lost.</summary>
public sealed class LyingDeviceTests : IDisposable
{
    private readonly SteppedRing _on = new();

    public void Dispose() => _on.Dispose();

    [Fact]
    public void AReportOfAPositionThatNobodyHasPublishedIsRefused()
    {
        Fence[] first = _on.Emit(2);
        (uint Index, ulong Position) late = _on.StandStill();
        Fence[] behind = _on.Emit(1);
        _on.Ring.Consumer.WriteWord(late.Position + 1); // within what is reserved
        Assert.Equal(2, _on.Step());
        Assert.All(first, f => Assert.Equal(FenceStatus.Signaled, f.Status));
        Assert.Equal(1, _on.Engine.GetStatistics().WordsRefused);

        // The housekeeper ends the ring meanwhile, or we do; its producer comes back before that or after.
        EmitResult result = _on.GoOn(late);
        Assert.True(_on.Ring.Fail(FenceError.DeviceLost));
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), behind[0].Status);
        Assert.True(result == EmitResult.GivenUp || _on.Held[^1].Fence.Status == FenceStatus.Failed(FenceError.DeviceLost));
        _on.MustEndClean();
    }

    [Fact]
    public void AReportOfAPublishedPositionIsBelieved()
    {
        Fence[] first = _on.Emit(2);
        (uint Index, ulong Position) late = _on.StandStill();
        Assert.Equal(EmitResult.Emitted, _on.GoOn(late));
        _on.Ring.Consumer.WriteWord(late.Position); // the control: the same word, once the position stands
        Assert.Equal(3, _on.Step());
        Assert.All(first, f => Assert.Equal(FenceStatus.Signaled, f.Status));
        Assert.Equal(0, _on.Engine.GetStatistics().WordsRefused);
        _on.MustEndClean();
    }

    [Fact]
    public void AReportOfAJobThatStillWaitsForItsFencesIsRefused()
    {
        using FenceSource before = _on.Engine.CreateTimeline("before").CreateFence();
        Assert.Equal(EmitResult.Emitted, _on.Ring.EmitWhen([before.Fence], new RingCommand { Opcode = 1 }, out FenceRef waiting));
        _on.Held.Add(waiting);
        _on.Ring.Consumer.WriteWord(1);
        Assert.Equal(0, _on.Step());
        Assert.True(_on.Ring.Fail(FenceError.DeviceLost));
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), waiting.Fence.Status);
        before.Signal();
    }
}
