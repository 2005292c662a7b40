using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C20: no managed allocation on a steady-state path, measured around millions of lives and not per call.</summary>
public sealed unsafe class FenceAllocationTests : FenceTest
{
    private const int Lives = 600_000;
    private const int TenMillion = 10_000_000;
    private const int WarmUp = 10_000;

    private static long s_runs;
    private readonly Action<Fence, object?> _delegate = static (_, _) => s_runs++;

    [Fact]
    public void TenMillionFenceLivesAllocateNothing() => AllocatesNothing(TenMillion, () =>
    {
        FenceSource source = Timeline.CreateFence();
        source.Signal();
        source.Dispose();
    });

    [Fact]
    public void CallbacksOfEitherFormAllocateNothing() => AllocatesNothing(Lives, () =>
    {
        FenceSource source = Timeline.CreateFence();
        source.Fence.AddCallback(&Count, 0, out CallbackRegistration removed);
        source.Fence.AddCallback(&Count, 0, out _);
        source.Fence.AddCallback(_delegate, null, out _);
        removed.Remove();
        source.Signal();
        source.Dispose();
    });

    [Fact]
    public void WaitsThatDoNotSleepAllocateNothing() => AllocatesNothing(Lives, () =>
    {
        FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        fence.Wait(TimeSpan.Zero);
        source.Signal();
        fence.Wait(TimeSpan.FromSeconds(1));
        fence.Wait();
        source.Dispose();
    });

    [Fact]
    public void ReferencesNamesAndDescriptionsAllocateNothing()
    {
        byte[] text = new byte[64];
        AllocatesNothing(Lives, () =>
        {
            FenceSource source = Timeline.CreateFence();
            Fence fence = source.Fence;
            fence.TryAcquire(out FenceRef held);
            AccessToken token = default;
            using (AccessSection section = AccessSection.Begin(ref token))
            {
                s_runs += section.View.DriverName(fence).Length + section.View.TimelineName(fence).Length;
                s_runs += section.View.Describe(fence, text);
            }

            source.Signal();
            held.Dispose();
            source.Dispose();
        });
    }

    [Fact]
    public void SignalsOutOfTurnAllocateNothing() => AllocatesNothing(20_000, () =>
    {
        FenceSource first = Timeline.CreateFence();
        FenceSource second = Timeline.CreateFence();
        second.Signal();
        first.Signal();
        first.Dispose();
        second.Dispose();
    });

    [Fact]
    public void AWaitThatSleepsAllocatesNothing()
    {
        (Fence fence, FenceSource source) = Pending();

        // A millisecond: on a loaded machine the yields before the park may take longer than a short wait.
        AllocatesNothing(300, () => fence.Wait(TimeSpan.FromMilliseconds(1)), warmUp: 50);
        Assert.True(Statistics.WaitsSlept > 0);
        source.Dispose();
    }

    [Fact]
    public void TheMeterSeesOneAllocationAmongAllLives()
    {
        int call = 0;
        object? kept = null;
        Assert.NotEqual(0, Allocated(WarmUp, () => kept = ++call == WarmUp / 2 ? new object() : kept));
        GC.KeepAlive(kept);
    }

    private static void AllocatesNothing(int lives, Action life, int warmUp = WarmUp)
    {
        Allocated(warmUp, life);
        Assert.Equal(0, Allocated(lives, life));
    }

    private static long Allocated(int lives, Action life)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < lives; i++)
        {
            life();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Count(Fence fence, nint state) => s_runs++;
}
