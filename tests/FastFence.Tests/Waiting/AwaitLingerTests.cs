using FastFence.Platform;
using FastFence.Tests.Memory;
using FastFence.Waiting;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>A pool thread that looks for the next await behind a continuation: nothing is lost, nothing leaks from one to the next.</summary>
public sealed class AwaitLingerTests : IDisposable
{
    private static readonly AsyncLocal<string?> s_local = new();

    private readonly FenceEngine _engine = new();
    private readonly Timeline _timeline;
    private readonly bool _wasOn = AwaitLinger.IsOn;

    public AwaitLingerTests()
    {
        Assert.SkipUnless(Cpu.UsableCores > 1, "one core: no thread lingers");
        _timeline = _engine.CreateTimeline("linger", new TimelineOptions { Watchdog = Timeout.InfiniteTimeSpan });
    }

    public void Dispose()
    {
        AwaitLinger.IsOn = _wasOn;
        _timeline.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public void AwaitsThatFollowEachOtherAreHandedFromThreadToThread()
    {
        long before = AwaitLinger.Handed;
        Until.Holds(() => Follow() && AwaitLinger.Handed > before, "an await that is handed over");
    }

    [Fact]
    public void SwitchedOffEveryContinuationGoesByThePool()
    {
        AwaitLinger.IsOn = false;
        Until.Holds(() => ThreadPool.PendingWorkItemCount == 0 && Follow(), "a first await, behind which nobody lingers any more");
        long before = AwaitLinger.Handed;
        for (int i = 0; i < 2000; i++)
        {
            Follow();
        }

        Assert.Equal(before, AwaitLinger.Handed);
    }

    // Each continuation leaves something on its thread, as one that was registered without its context may.
    [Fact]
    public void WhatAContinuationLeavesOnItsThreadIsNotTheNextOnes()
    {
        int seen = 0;
        long before = AwaitLinger.Handed;
        SynchronizationContext foreign = new();
        Until.Holds(
            () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    Follow(() =>
                    {
                        seen += s_local.Value != null || SynchronizationContext.Current != null ? 1 : 0;
                        s_local.Value = "left behind";
                        SynchronizationContext.SetSynchronizationContext(foreign);
                    });
                }

                return AwaitLinger.Handed > before + 100;
            },
            "a hundred awaits that are handed over");
        Assert.Equal(0, seen);
    }

    [Fact]
    public void AContinuationThatBlocksHoldsUpNoOtherAwait()
    {
        for (int i = 0; i < 50; i++)
        {
            using ManualResetEventSlim go = new();
            using FenceSource blocking = _timeline.CreateFence();
            using FenceSource other = _timeline.CreateFence();
            bool inside = false, passed = false;
            blocking.Fence.GetAwaiter().UnsafeOnCompleted(() =>
            {
                Volatile.Write(ref inside, true);
                passed = go.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            });
            other.Fence.GetAwaiter().UnsafeOnCompleted(go.Set);
            blocking.Signal();
            Until.Holds(() => Volatile.Read(ref inside), "the continuation that blocks");
            other.Signal();
            Until.Holds(() => passed, "the continuation that lets it go on");
        }
    }

    // One await after the other, each signaled as soon as the one before has gone on.
    private bool Follow() => Follow(static () => { });

    private bool Follow(Action then)
    {
        using FenceSource source = _timeline.CreateFence();
        bool done = false;
        source.Fence.GetAwaiter().UnsafeOnCompleted(() =>
        {
            then();
            Volatile.Write(ref done, true);
        });
        source.Signal();
        while (!Volatile.Read(ref done))
        {
            Cpu.Pause();
        }

        return true;
    }
}
