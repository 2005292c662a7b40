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
        Tick(engine, 30); // the first ones compile code and grow lists

        // Of three spells the best: the test host's own threads may allocate meanwhile.
        long least = long.MaxValue;
        for (int spell = 0; spell < 3; spell++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Tick(engine, 50);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.InRange(least, 0, 4096); // 50 ticks; a list a tick would be more
    }

    private static void Tick(FenceEngine engine, ulong count)
    {
        ulong end = engine.HousekeeperTicks + count;
        while (engine.HousekeeperTicks < end)
        {
            Thread.Yield();
        }
    }
}
