using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests;

public sealed class HousekeeperGarbageTests
{
    [Fact]
    public async Task AnIdleEngineMakesNoGarbage()
    {
        using FenceEngine engine = new();
        using Exporter exporter = engine.CreateExporter("amdgpu");
        using FenceRing ring = exporter.CreateRing("gfx");
        using Timeline timeline = exporter.CreateTimeline("sw");
        Tick(engine, 30); // the first ones compile code and grow lists

        long least = await Garbage.LeastOf(() =>
        {
            Tick(engine, 50);
            return Task.CompletedTask;
        });
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
