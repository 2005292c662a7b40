using System.Diagnostics;
using System.Globalization;
using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Waits and awaits while another thread allocates as fast as it can: nothing is lost. Latencies are recorded, not asserted.</summary>
public sealed class GarbageStressTests
{
    private const int Rounds = 400;

    [Fact]
    public async Task NothingIsLostWhileAThreadAllocatesHard()
    {
        using FenceEngine engine = new();
        using FenceRing ring = engine.CreateRing("garbage");
        using CancellationTokenSource stop = new();
        long allocated = 0;
        int collections = GC.CollectionCount(0);
        Thread garbage = new(() =>
        {
            byte[][] kept = new byte[64][];
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                kept[i % kept.Length] = new byte[16_000];
                allocated += 16_000;
            }
        }) { IsBackground = true };
        garbage.Start();
        double[] blocked = new double[Rounds];
        double[] awaited = new double[Rounds];
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < Rounds; i++)
        {
            blocked[i] = await Task.Run(() => OneWait(ring));
            awaited[i] = await OneAwait(ring);
        }

        await stop.CancelAsync();
        garbage.Join();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{allocated / watch.Elapsed.TotalSeconds / 1e6:F0} MB/s, {GC.CollectionCount(0) - collections} collections; completion to waiter {Line(blocked)}, to awaiter {Line(awaited)}"));
        Assert.True(GC.CollectionCount(0) > collections, "the other thread caused no collection: nothing was tested");
        Assert.Equal(2 * Rounds, engine.GetStatistics().FencesSignaled);
        Assert.True(engine.Barrier(TimeSpan.FromSeconds(20)));
        Assert.Equal((0L, 0L), (engine.GetStatistics().FencesLive, engine.GetStatistics().CallbackNodesLive));
    }

    private static double OneWait(FenceRing ring)
    {
        Assert.Equal(EmitResult.Emitted, ring.Emit(new RingCommand { Opcode = 1 }, out FenceRef fence));
        long completed = 0;
        Race.Run(
            () => Assert.True(fence.Fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess),
            () => completed = Complete(ring));
        fence.Dispose();
        return Stopwatch.GetElapsedTime(completed).TotalMicroseconds;
    }

    private static async Task<double> OneAwait(FenceRing ring)
    {
        Assert.Equal(EmitResult.Emitted, ring.Emit(new RingCommand { Opcode = 1 }, out FenceRef fence));
        ValueTask<WaitResult> pending = fence.Fence.WaitAsync(TimeSpan.FromSeconds(60));
        long completed = Complete(ring);
        Assert.True((await pending.ConfigureAwait(false)).IsSuccess);
        fence.Dispose();
        return Stopwatch.GetElapsedTime(completed).TotalMicroseconds;
    }

    private static long Complete(FenceRing ring)
    {
        Assert.True(ring.Consumer.TryTake(out _));
        long now = Stopwatch.GetTimestamp();
        ring.Consumer.Complete(ring.Consumer.Position);
        return now;
    }

    private static string Line(double[] microseconds)
    {
        Array.Sort(microseconds);
        return string.Create(CultureInfo.InvariantCulture, $"p50 {microseconds[Rounds / 2]:F0} µs, p99 {microseconds[Rounds * 99 / 100]:F0} µs");
    }
}
