using FastFence.Reclamation;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// An engine with tiny magazines, so that rare paths are common, and a timeline. Whatever a test did, no slot may have been
/// written to after its grace period, lost, or woken by the safety poll alone.
/// </summary>
public abstract class FenceTest : IDisposable
{
    protected FenceTest()
    {
        Engine = new FenceEngine(new FenceEngineOptions { StartPoller = false, MagazineSize = 8 });
        Timeline = Engine.CreateTimeline("timeline");
    }

    private protected FenceEngine Engine { get; }

    private protected Timeline Timeline { get; }

    private protected EngineStatistics Statistics => Engine.GetStatistics();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        EngineStatistics end = Engine.GetStatistics();
        Engine.Dispose();
        Assert.Equal(0, end.PoisonBroken);
        Assert.Equal(0, end.SlotsLost);
        Assert.Equal(0, end.LostWakes);
    }

    /// <summary>Everything made is gone, and every slot has come back to the pool.</summary>
    private protected void AssertNothingIsHeld()
    {
        // Who runs handed-over callbacks drops its reference behind the last one, a moment after the fence is quiesced.
        Until.Holds(() => Statistics is { FencesLive: 0, CallbackNodesLive: 0 }, "the last reference's end");
        Assert.True(Engine.Barrier(TimeSpan.FromSeconds(20)), "limbo did not drain");
        EngineStatistics now = Statistics;
        Assert.Equal(0, now.FencesLive);
        Assert.Equal(0, now.CallbackNodesLive);
        Assert.Equal(0, now.Limbo);
        Assert.Equal(now.FencesCreated, now.FencesSignaled);
    }

    private protected (Fence Fence, FenceSource Source) Pending()
    {
        FenceSource source = Timeline.CreateFence();
        return (source.Fence, source);
    }
    /// <summary>How many sections stand around an operation, and whether of an online reader.</summary>
    public static TheoryData<int, bool> SectionsAround => new()
    {
        { 0, false }, { 1, false }, { 2, false }, { 3, false },
        { 0, true }, { 1, true }, { 2, true },
    };

    /// <summary>Does it inside so many sections.</summary>
    private protected static bool Within(int sections, Func<bool> what)
    {
        for (int i = 0; i < sections; i++)
        {
            Section.Enter();
        }

        bool result = what();
        for (int i = 0; i < sections; i++)
        {
            Section.Exit();
        }

        return result;
    }
}
