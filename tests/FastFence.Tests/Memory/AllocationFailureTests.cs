using FastFence.Memory;
using Xunit;

namespace FastFence.Tests.Memory;

public sealed class AllocationFailureTests
{
    [Fact]
    public void WhicheverBlockFailsMakingAnEngineWithAllItHasLeavesNothingBehind()
    {
        bool made = TryMake(0);
        Assert.True(made, "without a failure everything is made");
        made = false;
        for (ulong which = 1; !made; which++)
        {
            Assert.True(which < 200, "every block fails");
            ulong n = which;
            LiveMemory.StaysFlatOver(1, () => made = TryMake(n));
        }
    }

    // True when everything was made before the failure came due; 0 is none.
    private static bool TryMake(ulong which)
    {
        BlockHeap.FailAfter = which;
        try
        {
            using FenceEngine engine = new();
            using Exporter exporter = engine.CreateExporter("driver");
            using Timeline timeline = exporter.CreateTimeline("timeline");
            using FenceRing first = exporter.CreateRing("ring", new RingOptions { KeepCompletionTimes = true });
            using FenceRing second = exporter.CreateRing("another ring");
            bool made = which == 0 || BlockHeap.FailAfter != 0;
            BlockHeap.FailAfter = 0;
            return made;
        }
        catch (InsufficientMemoryException)
        {
            return false;
        }
        finally
        {
            BlockHeap.FailAfter = 0;
        }
    }
}
