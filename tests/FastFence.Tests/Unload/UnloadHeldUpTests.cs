using System.Runtime.InteropServices;
using FastFence.Reclamation;
using FastFence.Tests.Memory;
using FastFence.Tests.Teardown;
using Xunit;

namespace FastFence.Tests.Unload;

/// <summary>Past its limit an unload names who holds it up, leaves the code where it is, and may be called again (C17).</summary>
public sealed unsafe class UnloadHeldUpTests : IDisposable
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly FenceEngine _engine = new();
    private readonly KernelDriver _driver;
    private readonly Worker _culprit = new();
    private readonly List<string> _notified = [];
    private readonly int* _hold = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private int _unloads;

    public UnloadHeldUpTests()
    {
        _driver = new KernelDriver(_engine, ExporterCode.Of(() => _unloads++));
        _engine.Notified += (_, e) =>
        {
            if (e.Kind == NotificationKind.UnloadHeldUp)
            {
                _notified.Add(e.Message);
            }
        };
    }

    public void Dispose()
    {
        _culprit.Dispose();
        _engine.Dispose();
        _driver.Dispose();
        NativeMemory.Free(_hold);
    }

    [Fact]
    public void AReaderThatStaysInItsSectionIsNamed()
    {
        _culprit.Do(Section.Enter);
        UnloadHolder holder = HeldUp(UnloadStep.Creation);
        Assert.Equal(_culprit.Id, holder.ThreadId);
        _culprit.Do(Section.Exit);
        CompletesNow();
    }

    [Fact]
    public void ASleeperThatDoesNotComeOutIsNamedWithItsFence()
    {
        Fence fence = _driver.CreateQueue("q", out _).CreateFence().Fence;
        fence.TryAcquire(out FenceRef held);
        _driver.Data->IgnoreCancel = 1;
        Action woken = _culprit.Begin(() => fence.Wait());
        Until.Holds(() => Volatile.Read(ref _driver.Data->Waiting) == 1, "a sleeper");
        UnloadHolder holder = HeldUp(UnloadStep.Sleepers);
        Assert.Equal((_culprit.Id, fence), (holder.ThreadId, holder.Fence));
        Assert.NotEqual(0, holder.Function);
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), fence.Status); // it has ended all the same
        Volatile.Write(ref _driver.Data->IgnoreCancel, 0);
        CompletesNow();
        woken();
        held.Dispose();
    }

    [Fact]
    public void ACallbackThatRunsIsNamedWithThreadFenceAndFunction()
    {
        FenceSource source = _engine.CreateTimeline("t").CreateFence();
        *_hold = 1;
        source.Fence.AddCallback(&HoldUp, (nint)_hold, _driver.Exporter.CodeOwner, out _);
        Action signaled = _culprit.Begin(() =>
        {
            Thread.CurrentThread.Name = "the culprit";
            source.Signal();
        });
        Until.Holds(() => Volatile.Read(ref *_hold) == 2, "the callback");
        UnloadHolder holder = HeldUp(UnloadStep.Callbacks);
        Assert.Equal((_culprit.Id, source.Fence, (nint)(delegate*<Fence, nint, void>)&HoldUp), (holder.ThreadId, holder.Fence, holder.Function));
        Assert.Equal(OperatingSystem.IsLinux() ? "the culprit" : string.Empty, holder.ThreadName);
        Assert.Contains($"fence {source.Fence.Context}:{source.Fence.Seqno}", holder.Description, StringComparison.Ordinal);
        Assert.Equal(0, _driver.Data->Released); // the callback may still use what Release frees
        Volatile.Write(ref *_hold, 0);
        CompletesNow();
        signaled();
        source.Dispose();
    }

    [Fact]
    public void ACallbackOfOthersBeforeItsOwnIsNamed()
    {
        FenceSource source = _engine.CreateTimeline("t").CreateFence();
        *_hold = 1;
        int own = 0;
        source.Fence.AddCallback(&HoldUp, (nint)_hold, out _);
        source.Fence.AddCallback((_, _) => own++, null, _driver.Exporter.CodeOwner, out _);
        Action signaled = _culprit.Begin(() => source.Signal());
        Until.Holds(() => Volatile.Read(ref *_hold) == 2, "the callback");
        UnloadHolder holder = HeldUp(UnloadStep.Callbacks);
        Assert.Equal((_culprit.Id, source.Fence), (holder.ThreadId, holder.Fence));
        Assert.Contains("behind which 1", holder.Description, StringComparison.Ordinal);
        Volatile.Write(ref *_hold, 0);
        CompletesNow();
        signaled();
        Assert.Equal(1, own);
        source.Dispose();
    }

    [Fact]
    public void ADestructorThatDoesNotReturnIsNamed()
    {
        _driver.CreateQueue("q", out nint data);
        _driver.Data->HoldDestructor = 1;
        _driver.Retire(data);
        Until.Holds(() => Volatile.Read(ref _driver.Data->InDestructor) == 1, "the destructor");
        UnloadHolder holder = HeldUp(UnloadStep.Destructors);
        Assert.Contains("destructor of the exporter", holder.Description, StringComparison.Ordinal);
        Assert.Equal(OperatingSystem.IsLinux() ? "FastFence recla" : string.Empty, holder.ThreadName);
        Assert.Equal(0, _driver.Data->Released);
        Volatile.Write(ref _driver.Data->HoldDestructor, 0);
        CompletesNow();
    }

    [Fact]
    public void ADeviceThatDoesNotComeToRestIsNamed()
    {
        Device device = new() { IsQuiet = false };
        FenceRing ring = _driver.Exporter.CreateRing("r", new RingOptions { Device = device });
        ring.Emit(default, out FenceRef job);
        UnloadHolder holder = HeldUp(UnloadStep.Rings);
        Assert.Contains("did not come to rest", holder.Description, StringComparison.Ordinal);
        Assert.False(job.Fence.IsSignaled); // C3
        device.IsQuiet = true;
        CompletesNow();
        Assert.Equal(FenceStatus.Failed(FenceError.TimelineClosed), job.Fence.Status);
        job.Dispose();
    }

    [Fact]
    public void WhatTheHousekeeperHasFinishedMeanwhileIsCompleteAtTheNextCall()
    {
        FenceSource source = _engine.CreateTimeline("t").CreateFence();
        *_hold = 1;
        source.Fence.AddCallback(&HoldUp, (nint)_hold, _driver.Exporter.CodeOwner, out _);
        Action signaled = _culprit.Begin(() => source.Signal());
        Until.Holds(() => Volatile.Read(ref *_hold) == 2, "the callback");
        HeldUp(UnloadStep.Callbacks);
        Volatile.Write(ref *_hold, 0);
        signaled();
        Until.Holds(() => _driver.Exporter.IsGone, "the housekeeper's part");
        Assert.Equal((1, 0), (_driver.Data->Released, _unloads));
        CompletesNow();
        source.Dispose();
    }

    [Fact]
    public void ACancelledUnloadLeavesTheCodeAndMayBeCalledAgain()
    {
        _culprit.Do(Section.Enter);
        using CancellationTokenSource cancel = new();
        Task<UnloadReport> unload = _driver.Exporter.UnloadAsync(s_minute, default, cancel.Token);
        Assert.False(unload.Wait(20));
        cancel.Cancel();
        Assert.IsAssignableFrom<OperationCanceledException>(Assert.Throws<AggregateException>(() => unload.Wait(s_minute)).InnerException);
        Assert.Equal(0, _unloads);
        _culprit.Do(Section.Exit);
        CompletesNow();
    }

    [Fact]
    public void WhoCallsWhileAnAttemptIsUnderWayGetsItsReport()
    {
        _culprit.Do(Section.Enter);
        Task<UnloadReport> first = _driver.Exporter.UnloadAsync(s_minute);
        Task<UnloadReport> second = _driver.Exporter.UnloadAsync(TimeSpan.Zero);
        _driver.Exporter.Close(); // somebody is at it: returns
        _culprit.Do(Section.Exit);
        Assert.Same(first.Result, second.Result);
    }

    [Fact]
    public void ANegativeLimitIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = _driver.Exporter.UnloadAsync(TimeSpan.FromTicks(-5)); });

    private UnloadHolder HeldUp(UnloadStep step)
    {
        UnloadReport report = _driver.Exporter.UnloadAsync(s_short).Result;
        Assert.False(report.IsComplete);
        Assert.False(report.IsCodeUnloaded);
        Assert.Equal(0, _unloads);
        UnloadHolder holder = report.HeldBy.First(h => h.ThreadId == _culprit.Id || report.HeldBy.All(o => o.ThreadId != _culprit.Id));
        Assert.Equal(step, holder.Step);
        Assert.Contains(holder.Description, report.ToString(), StringComparison.Ordinal);
        Assert.Contains(holder.Description, Assert.Single(_notified), StringComparison.Ordinal);
        return holder;
    }

    private void CompletesNow()
    {
        UnloadReport report = _driver.Exporter.UnloadAsync(s_minute).Result;
        Assert.True(report.IsComplete, report.ToString());
        Assert.Equal((1, 1), (_unloads, _driver.Data->Released));
    }

    private static void HoldUp(Fence fence, nint hold)
    {
        Volatile.Write(ref *(int*)hold, 2);
        while (Volatile.Read(ref *(int*)hold) != 0)
        {
            Thread.Yield();
        }
    }
}
