using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// Fault 9: the last reference goes inside a callback, a wait or a poll, and the private data with it. Nothing of the exporter runs
/// there: its destructor runs later, once, on the reclaimer (C15).
/// </summary>
public sealed unsafe class LastReferenceTests : FenceTest
{
    private static int s_destroyer;
    private static int s_destroyed;
    private static int s_dropper;
    private static int s_destroyedInside;
    private static Exporter? s_exporter;

    public LastReferenceTests()
    {
        s_destroyer = s_destroyed = s_dropper = s_destroyedInside = 0;
        s_exporter = Engine.CreateExporter("driver", new ExporterOps { IsSignaled = &DropInside }, 0);
    }

    [Theory]
    [InlineData("callback")]
    [InlineData("wait")]
    [InlineData("poll")]
    public void DroppedInsideItIsDestroyedLaterByTheReclaimer(string where)
    {
        using Timeline timeline = s_exporter!.CreateTimeline("t");
        Assert.True(timeline.TryCreateFence(out FenceSource source));
        Fence fence = source.Fence;
        switch (where)
        {
            case "callback":
                fence.AddCallback((_, _) => Drop(source), null, out _);
                source.Signal();
                break;
            case "wait":
                Race.Run(
                    () => Assert.False(fence.Wait(TimeSpan.FromSeconds(60)).IsTimedOut),
                    () =>
                    {
                        Race.Until(() => Statistics.Waits != 0, "a waiter");
                        source.Signal();
                        Drop(source);
                    });
                break;
            default:
                s_source = source.Fence.Value;
                Assert.False(fence.Poll());
                break;
        }

        Assert.Equal(0, s_destroyedInside);
        Race.Until(() => Volatile.Read(ref s_destroyed) != 0, "the destructor");
        Assert.Equal(1, s_destroyed);
        Assert.NotEqual(0, s_dropper);
        Assert.NotEqual(s_dropper, s_destroyer);
        Assert.Equal(FenceStatus.Stale, fence.Status);
        AssertNothingIsHeld();
    }

    [Fact]
    public void ADestructorThatTheDropperCallsItselfWouldBeSeen()
    {
        // The control of the test above.
        s_dropper = Environment.CurrentManagedThreadId;
        Destroy(0);
        Assert.Equal((1, s_dropper), (s_destroyed, s_destroyer));
    }

    private static ulong s_source;

    private static bool DropInside(in FenceOpArgs args)
    {
        FenceSource source = new(s_source);
        source.Signal();
        Drop(source);
        return false;
    }

    private static void Drop(FenceSource source)
    {
        s_dropper = Environment.CurrentManagedThreadId;
        source.Dispose();
        s_exporter!.Retire(7, &Destroy);
        s_destroyedInside = s_destroyer == s_dropper ? 1 : 0;
    }

    private static void Destroy(nint data)
    {
        s_destroyer = Environment.CurrentManagedThreadId;
        Interlocked.Increment(ref s_destroyed);
    }
}
