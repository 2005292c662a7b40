using FastFence.Memory;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// What comes and goes on one pending fence leaves nothing behind: callbacks, waits that time out, awaits that are canceled. Native
/// memory by nodes, slabs and blocks, managed memory by what lives after a collection. Ten million rounds each on request
/// (<c>--explicit only</c>), shortened otherwise.
/// </summary>
public sealed class LongLivedFenceTests(ITestOutputHelper output) : IDisposable
{
    private const int TenMillion = 10_000_000;

    // Two sweeps' worth of pushes and what a thread has staged, at magazines of eight.
    private const long FewNodes = 300;

    private FenceEngine? _engine;

    public static TheoryData<string> Kinds => ["callbacks", "delegates", "timed-out waits", "canceled awaits"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task ThousandsOfRoundsOnOnePendingFenceLeaveMemoryFlat(string kind) => StaysFlat(kind, kind switch
    {
        "callbacks" or "delegates" => 500_000,
        "canceled awaits" => 20_000,
        _ => 5_000,
    });

    [Theory(Explicit = true)]
    [MemberData(nameof(Kinds))]
    public Task TenMillionRoundsOnOnePendingFenceLeaveMemoryFlat(string kind) => StaysFlat(kind, TenMillion);

    [Theory]
    [InlineData("callbacks")]
    [InlineData("canceled awaits")]
    public async Task WithoutTheSweepTheSameRoundsGrow(string kind)
    {
        // The control: removed callbacks stay in the list.
        const int Rounds = 5_000;
        (long nodes, _, _, _) = await Play(kind, Rounds, sweep: false);
        Assert.InRange(nodes, Rounds, long.MaxValue);
    }

    public void Dispose() => _engine?.Dispose();

    private async Task StaysFlat(string kind, int rounds)
    {
        (long nodes, long slabs, long blocks, long managed) = await Play(kind, rounds, sweep: true);
        output.WriteLine($"{kind}, {rounds} rounds: nodes at most {nodes}, slabs {slabs:+0;-0;0}, blocks {blocks:+0;-0;0} B, managed {managed:+0;-0;0} B");
        Assert.InRange(nodes, 0, FewNodes);
        Assert.Equal(0, slabs);
        Assert.InRange(blocks, long.MinValue, 64 << 10); // bags on their way round
        Assert.InRange(managed, long.MinValue, 1 << 20); // the runner's own
    }

    // Most nodes in use at any look, and how much more memory there is at the end than after a tenth of the rounds.
    private async Task<(long Nodes, long Slabs, long Blocks, long Managed)> Play(string kind, int rounds, bool sweep)
    {
        _engine = new FenceEngine(new FenceEngineOptions { StartPoller = false, MagazineSize = 8, Sweep = sweep });
        using Timeline timeline = _engine.CreateTimeline("t", new TimelineOptions { Watchdog = Timeout.InfiniteTimeSpan });
        using FenceSource source = timeline.CreateFence();
        Fence fence = source.Fence;
        fence.AddCallback(s_nothing, null, out _);
        Func<int, Task> round = Round(kind, fence);
        long most = 0;
        (long Slabs, long Blocks, long Managed) start = default;
        for (int i = 0; i < rounds; i++)
        {
            await round(i);
            if (i == rounds / 10)
            {
                start = Look();
            }

            if (i % 1000 == 0 || i == rounds - 1)
            {
                most = Math.Max(most, _engine.GetStatistics().CallbackNodesLive);
            }
        }

        (long Slabs, long Blocks, long Managed) end = Look();
        source.Signal();
        return (most, end.Slabs - start.Slabs, end.Blocks - start.Blocks, end.Managed - start.Managed);

        (long Slabs, long Blocks, long Managed) Look() => (_engine.GetStatistics().Slabs, BlockHeap.LiveBytes - BytesOfThreads(_engine), GC.GetTotalMemory(forceFullCollection: true));
    }

    // What the threads cost that have met the engine: how many of the pool's do is the pool's business.
    private static unsafe long BytesOfThreads(FenceEngine engine)
    {
        long bytes = 0;
        for (ThreadCache* cache = (ThreadCache*)Volatile.Read(ref engine.Block->Pools.Caches); cache != null; cache = cache->NextOfEngine)
        {
            bytes += sizeof(ThreadCache) + (5 * Bag.Bytes);
        }

        return bytes;
    }

    private static readonly Action<Fence, object?> s_nothing = static (_, _) => { };

    private static unsafe Func<int, Task> Round(string kind, Fence fence) => kind switch
    {
        "callbacks" => _ =>
        {
            Assert.Equal(AddCallbackResult.Added, fence.AddCallback(&Nothing, 0, out CallbackRegistration added));
            Assert.True(added.Remove());
            return Task.CompletedTask;
        }
        ,
        "delegates" => _ =>
        {
            Assert.Equal(AddCallbackResult.Added, fence.AddCallback(s_nothing, null, out CallbackRegistration added));
            Assert.True(added.Remove());
            return Task.CompletedTask;
        }
        ,
        "timed-out waits" => _ =>
        {
            Assert.True(fence.Wait(TimeSpan.FromTicks(1)).IsTimedOut);
            return Task.CompletedTask;
        }
        ,
        _ => _ => CancelOne(fence),
    };

    private static async Task CancelOne(Fence fence)
    {
        using CancellationTokenSource cancel = new();
        ValueTask<FenceStatus> awaited = fence.WaitAsync(cancel.Token);
#pragma warning disable CA1849 // on this thread: what the pool needs for canceling is not what is measured
        cancel.Cancel();
#pragma warning restore CA1849
        try
        {
            await awaited.ConfigureAwait(false);
            Assert.Fail("an await on a pending fence came back");
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static void Nothing(Fence fence, nint state)
    {
    }
}
