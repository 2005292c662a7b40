using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Unload;

/// <summary>C17 with code in a collectible load context, which must really be collected.</summary>
public sealed class ContextUnloadTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly FenceEngine _engine = Lives.Stepped();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void TheContextIsCollectedWhileObserversHoldItsSignaledFences()
    {
        ContextDriver driver = ContextDriver.Load(_engine, out Exporter exporter);
        using FenceSource foreign = _engine.CreateTimeline("foreign").CreateFence();
        FenceSource[] held = Lives.Hold(exporter.CreateTimeline("t"), 50);
        FenceRef[] observed = [.. held.Select(s => s.Fence.TryAcquire(out FenceRef r) ? r : default)];
        driver.Call("AddDelegate", foreign.Fence);
        driver.Call("AddPointer", foreign.Fence, exporter.CodeOwner);
        driver.Call("Retire", exporter);
        using Worker sleeper = new();
        Fence last = held[^1].Fence;
        Action woken = sleeper.Begin(() => Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), last.Wait()));
        Until.Holds(() => driver.Read("Waiting") == 1, "a sleeper in the plugin's wait op");
        UnloadReport report = exporter.UnloadAsync(s_minute).Result;
        woken();
        Assert.True(report.IsComplete && report.IsCodeUnloaded, report.ToString());
        Assert.Equal((4, 1), (report.CallbacksRemoved, report.SleepersWoken));
        Assert.True(driver.IsCollected(), "something keeps the plugin's context");
        Assert.All(observed, r => Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), r.Fence.Status));
        foreign.Signal();
        Array.ForEach(observed, r => r.Dispose());
        Lives.End(held);
    }

    [Fact]
    public void WithoutTheSeventhStepItsDelegatesKeepTheContext()
    {
        ContextDriver driver = ContextDriver.Load(_engine, out Exporter exporter);
        exporter.Skip = UnloadSkip.Callbacks;
        FenceSource foreign = _engine.CreateTimeline("foreign").CreateFence();
        driver.Call("AddDelegate", foreign.Fence);
        Assert.True(exporter.UnloadAsync(s_minute).Result.IsComplete);
        Assert.False(driver.IsCollected());
        foreign.Signal();
        foreign.Dispose();
        Assert.True(driver.IsCollected(), "something else keeps the plugin's context");
    }

    [Fact]
    public void WhoeverUnloadsTheContextEarlyDoesNotTakeTheCodeFromUnderTheExporter()
    {
        ContextDriver driver = ContextDriver.Load(_engine, out Exporter exporter);
        FenceSource source = exporter.CreateTimeline("t").CreateFence();
        driver.UnloadTooEarly();
        Assert.False(driver.IsCollected());
        AssertNameIs("plugin-driver", source.Fence);
        Assert.True(exporter.UnloadAsync(s_minute).Result.IsComplete);
        Assert.True(driver.IsCollected(), "something keeps the plugin's context");
        AssertNameIs("detached-driver", source.Fence);
        source.Dispose();
    }

    [Fact]
    public void WithoutTheStrongHandleAnEarlyUnloadTakesTheCode()
    {
        ContextDriver driver = LoadWithoutHandle();
        driver.UnloadTooEarly();
        Assert.True(driver.IsCollected());
    }

    [Fact]
    public void AContextThatStaysForEverIsRefused() =>
        Assert.Throws<ArgumentException>(() => ExporterCode.OfContext(AssemblyLoadContext.Default));

    [Fact]
    public void DelegatesOfOtherContextsAreNobodysCode()
    {
        ContextDriver driver = ContextDriver.Load(_engine, out Exporter exporter);
        using FenceSource source = _engine.CreateTimeline("t").CreateFence();
        source.Fence.AddCallback(static (_, _) => { }, null, out CallbackRegistration hosts);
        driver.Call("AddDelegate", source.Fence);
        Assert.Equal(3, exporter.UnloadAsync(s_minute).Result.CallbacksRemoved);
        Assert.True(hosts.Remove());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe ContextDriver LoadWithoutHandle()
    {
        ContextDriver driver = ContextDriver.Load(_engine, out Exporter exporter);
        exporter.Code!.KeepNothing();
        exporter.CodeOwner.ForgetContext();
        exporter.Block->Ops = default; // they will point nowhere
        return driver;
    }

    private static void AssertNameIs(string expected, Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(section.View.DriverName(fence)));
    }
}
