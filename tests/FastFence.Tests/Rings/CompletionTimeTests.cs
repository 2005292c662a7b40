using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Rings;

public sealed class CompletionTimeTests
{
    [Fact]
    public void EveryPositionOfABatchHasTheBatchsCompletionTime()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        FenceRing ring = engine.CreateRing("gfx", new RingOptions { Capacity = 4, StartSeqno = 100, KeepCompletionTimes = true });
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 4; i++)
            {
                Assert.Equal(EmitResult.Emitted, ring.EmitDetached(new RingCommand { Opcode = 1 }, out _));
                Assert.True(ring.Consumer.TryTake(out _));
            }

            ring.Consumer.Complete(ring.Consumer.Position, MonotonicClock.Nanoseconds);
            Assert.Equal(4, engine.Poller.DoWork());
        }

        // A position without a time would count as late as the machine has been up.
        IReadOnlyList<LatencyCount> latencies = engine.Poller.GetRetireLatency();
        Assert.Equal(12, latencies.Sum(static l => l.Count));
        Assert.All(latencies, static l => Assert.InRange(l.Nanoseconds, 0, 10_000_000_000));
    }
}
