using FastFence.Model.Cases;
using FastFence.Model.Explorer;

namespace FastFence.Model;

public sealed class ExplorerTests
{
    [Fact]
    public void TwoStoresMayBePassedByTwoLoads() => Assert.NotNull(Of(Litmus.Shape.StoreBuffer));

    [Fact]
    public void FullFencesKeepLoadsBehindStores() => Assert.Null(Of(Litmus.Shape.StoreBufferFenced));

    [Fact]
    public void OneProcessWideBarrierServesBothSides() => Assert.Null(Of(Litmus.Shape.StoreBufferBarrier));

    [Fact]
    public void PlainStoresMayBeSeenOutOfOrder() => Assert.NotNull(Of(Litmus.Shape.Message));

    [Fact]
    public void AReleaseStoreCarriesWhatStandsBeforeIt() => Assert.Null(Of(Litmus.Shape.MessageReleased));

    [Fact]
    public void AWordNeverGoesBack() => Assert.Null(Of(Litmus.Shape.Coherence));

    [Fact]
    public void ASleeperThatNobodyWakesIsFound() => Assert.Contains("sleeps for ever", Of(Litmus.Shape.LostWake), StringComparison.Ordinal);

    [Fact]
    public void AFailingExecutionIsReplayedFromItsSchedule()
    {
        Outcome outcome = Exploration.Of(new Litmus(Litmus.Shape.StoreBuffer));
        Assert.StartsWith("schedule ", outcome.Trace[0], StringComparison.Ordinal);
        Assert.DoesNotContain(outcome.Trace, line => line.Contains("something else", StringComparison.Ordinal));
    }

    private static string? Of(Litmus.Shape shape) => Exploration.Of(new Litmus(shape)).Failure;
}
