using Xunit;

namespace FastFence.Tests;

public sealed class HousekeeperGarbageTests
{
    [Fact]
    public void AnIdleEngineMakesNoGarbage()
    {
        using FenceEngine engine = new();
        using Exporter exporter = engine.CreateExporter("amdgpu");
        using FenceRing ring = exporter.CreateRing("gfx");
        using Timeline timeline = exporter.CreateTimeline("sw");
        Thread.Sleep(300); // first ticks: code is compiled, lists grow

        // Of three spells the best: the test host's own threads may allocate meanwhile.
        long least = long.MaxValue;
        for (int spell = 0; spell < 3; spell++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Thread.Sleep(500);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.InRange(least, 0, 4096); // 50 ticks; a list a tick would be more
    }
}
