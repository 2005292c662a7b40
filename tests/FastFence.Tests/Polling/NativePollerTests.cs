using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Polling;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Polling;

/// <summary>What only the native poller does. Without the library these tests skip, with its reason.</summary>
public sealed unsafe class NativePollerTests : IDisposable
{
    private static readonly RingCommand s_job = new() { Opcode = 1 };

    private readonly System.Collections.Concurrent.ConcurrentBag<string> _told = [];
    private readonly uint* _hold = (uint*)NativeMemory.AllocZeroed(sizeof(uint));

    public NativePollerTests() => Assert.SkipUnless(NativePollerLibrary.IsAvailable, NativePollerLibrary.Reason);

    public void Dispose() => NativeMemory.Free(_hold);

    [Fact]
    public void ANativePollerRunsWhereItsLibraryIsAndSaysFromWhere()
    {
        using FenceEngine engine = new();
        Assert.Equal((PollerKind.Native, true), (engine.Poller.Kind, engine.Poller.IsRunning));
        Assert.EndsWith("libfastfence.so", engine.Poller.KindReason, StringComparison.Ordinal);
        using FenceEngine managed = new(new FenceEngineOptions { PollerKind = PollerKind.Managed });
        Assert.Equal((PollerKind.Managed, "managed as asked for"), (managed.Poller.Kind, managed.Poller.KindReason));
    }

    [Fact]
    public void EnginesComeAndGoOnTheOneLibrary()
    {
        for (int i = 0; i < 50; i++)
        {
            using FenceEngine engine = new();
            FenceRing ring = engine.CreateRing("r");
            ring.Emit(s_job, out FenceRef fence);
            Complete(ring, 1);
            Assert.True(fence.Fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess);
            fence.Dispose();
        }
    }

    [Fact]
    public void ALibraryOfAnotherLayoutSizeOrProcessIsRefused()
    {
        nint library = NativeLibrary.Load(NativePollerLibrary.Reason);
        var attach = (delegate* unmanaged<HostWords*, int>)NativeLibrary.GetExport(library, "fastfence_attach");
        HostWords words = new() { Size = (ulong)sizeof(HostWords), Layout = SharedLayout.Hash() + 1 };
        Assert.Equal(AttachResult.LayoutDiffers, attach(&words));
        words.Layout = SharedLayout.Hash();
        Assert.Equal(AttachResult.Taken, attach(&words)); // this process's memory is elsewhere
        words.Size = 8;
        Assert.Equal(AttachResult.SizeDiffers, attach(&words));
    }

    // Fault 28: a poller stuck in a native callback, in the middle of a batch.
    [Fact]
    public void APollerStuckInACallbackIsReplacedAndWhenItGoesOnNothingIsSignaledTwice()
    {
        const int Fences = 200;
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = PollerKind.Native, HeartbeatLimit = TimeSpan.FromMilliseconds(100) });
        engine.Notified += (_, e) => _told.Add(e.Message);
        FenceRing ring = engine.CreateRing("r", new RingOptions { Capacity = 256 });
        FenceRef[] fences = Emit(ring, Fences);
        *_hold = 1;
        fences[50].Fence.AddNativeCallback((delegate* unmanaged<ulong, nint, void>)NativePollerLibrary.HoldCallback, (nint)_hold, out _);
        int ran = 0;
        Array.ForEach(fences, f => f.Fence.AddCallback((_, _) => Interlocked.Increment(ref ran), null, out _));
        Complete(ring, Fences);
        Until.Holds(() => engine.Poller.Takeovers == 1, "the takeover");
        Until.Holds(() => Array.TrueForAll(fences, f => f.Fence.IsSignaled), "the fences behind the stuck callback");
        Until.Holds(() => engine.Poller.Kind == PollerKind.Managed, "the takeover's end");
        Until.Holds(() => _told.Any(m => m.Contains("inside the native callback 0x", StringComparison.Ordinal)), "the notification");
        Assert.Equal(Fences - 1, Settled(() => ran, Fences - 1)); // the stuck callback's fence has its managed one behind it

        Volatile.Write(ref *_hold, 0);
        Until.Holds(() => engine.Poller.NativeThread == null, "the end of the former poller");
        Until.Holds(() => ran == Fences, "the callback behind the stuck one");
        Array.ForEach(Emit(ring, Fences), f => f.Dispose());
        Complete(ring, Fences);
        Until.Holds(() => ring.Outstanding == 0, "the second round");
        EngineStatistics now = engine.GetStatistics();
        Assert.Equal((2 * Fences, 0, 0), (now.FencesSignaled, now.SignalsRepeated, now.FencesFailed));
        Assert.Equal(Fences + 1, now.CallbacksRun);
        Array.ForEach(fences, f => f.Dispose());
        Until.Drained(engine);
        Assert.Equal(0, engine.GetStatistics().FencesLive);
    }

    [Fact]
    public void APollerStoppedBetweenTurnsIsReplacedAndGoesOnToItsEnd()
    {
        const int Fences = 100;
        using FenceEngine engine = new(new FenceEngineOptions
        {
            PollerKind = PollerKind.Native,
            HeartbeatLimit = TimeSpan.FromMilliseconds(100),
            PollerSpin = TimeSpan.FromSeconds(10), // it must be stopped while awake: a parked poller may rest
        });
        FenceRing ring = engine.CreateRing("r", new RingOptions { Capacity = 128 });
        PollerControl* control = engine.Poller.NativeThread!.Control;
        Atomic.StoreRelease(ref control->Hold, 1);
        Until.Holds(() => Atomic.LoadAcquire(ref control->Held) == 1, "a poller that stands still");
        FenceRef[] fences = Emit(ring, Fences);
        Complete(ring, Fences);
        Until.Holds(() => Array.TrueForAll(fences, f => f.Fence.IsSignaled), "the successor's signals");
        Until.Holds(() => engine.Poller.Kind == PollerKind.Managed, "the takeover's end");
        Assert.Equal(1, engine.Poller.Takeovers);
        Atomic.StoreRelease(ref control->Hold, 0);
        Until.Holds(() => engine.Poller.NativeThread == null, "the end of the former poller");
        Assert.Equal((Fences, 0), (engine.GetStatistics().FencesSignaled, engine.GetStatistics().SignalsRepeated));
        Array.ForEach(fences, f => f.Dispose());
        Until.Drained(engine);
    }

    // Fault 28: the thread is gone, in the middle of a batch, without a word.
    [Fact]
    public void APollerThatDiesIsReplacedAndNoFenceIsLost()
    {
        const int Fences = 200;
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = PollerKind.Native });
        engine.Notified += (_, e) => _told.Add(e.Message);
        FenceRing ring = engine.CreateRing("r", new RingOptions { Capacity = 256 });
        FenceRef[] fences = Emit(ring, Fences);
        int ran = 0;
        Array.ForEach(fences, f => f.Fence.AddCallback((_, _) => Interlocked.Increment(ref ran), null, out _));
        Assert.Equal(0, engine.GetStatistics().PollerTakeovers);
        fences[50].Fence.AddNativeCallback((delegate* unmanaged<ulong, nint, void>)NativePollerLibrary.DieCallback, 0, out _);
        Complete(ring, Fences);
        Until.Holds(() => Array.TrueForAll(fences, f => f.Fence.IsSignaled), "the fences behind the dead poller");
        Until.Holds(() => engine.Poller.Kind == PollerKind.Managed, "the takeover's end");
        Until.Holds(() => _told.Any(m => m.Contains("thread has ended", StringComparison.Ordinal)), "the notification");
        EngineStatistics now = engine.GetStatistics();
        Assert.Equal((PollerKind.Managed, 1), (now.PollerKind, now.PollerTakeovers));
        Assert.Contains("taken the place", now.PollerReason, StringComparison.Ordinal);
        Assert.Equal((Fences, 0, 0), (now.FencesSignaled, now.SignalsRepeated, now.FencesFailed));

        // The callbacks behind the one that it died in are lost with it, as is the ring's reference on that fence.
        Assert.Equal(Fences - 1, Settled(() => ran, Fences - 1));
        Array.ForEach(Emit(ring, Fences), f => f.Dispose());
        Complete(ring, Fences);
        Until.Holds(() => ring.Outstanding == 0, "the second round");
        Array.ForEach(fences, f => f.Dispose());
        Until.Holds(() => engine.Poller.NativeThread == null, "the dead one's sign-off");
        Until.Holds(() => engine.GetStatistics().FencesLive == 1, "the one fence that the dead one held");
    }

    // A successor lets jobs go out that wait for fences, those included that signaled while nobody looked.
    [Fact]
    public void JobsThatWaitGoOutAfterATakeover()
    {
        using FenceEngine engine = new(new FenceEngineOptions
        {
            PollerKind = PollerKind.Native,
            HeartbeatLimit = TimeSpan.FromMilliseconds(100),
            PollerSpin = TimeSpan.FromSeconds(10),
        });
        FenceRing ring = engine.CreateRing("r");
        FenceSource source = engine.CreateTimeline("in").CreateFence();
        Assert.Equal(EmitResult.Emitted, ring.EmitWhen([source.Fence], s_job, out FenceRef first));
        Assert.Equal(EmitResult.Emitted, ring.EmitWhen([first.Fence], s_job, out FenceRef second));
        PollerControl* control = engine.Poller.NativeThread!.Control;
        Atomic.StoreRelease(ref control->Hold, 1);
        Until.Holds(() => Atomic.LoadAcquire(ref control->Held) == 1, "a poller that stands still");
        source.Signal();
        Until.Holds(() => ring.Consumer.TryTake(out _), "the job that the successor lets go out");
        Assert.Equal(PollerKind.Managed, Settled(() => engine.Poller.Kind, PollerKind.Managed));
        Assert.False(ring.Consumer.HasWork);
        Atomic.StoreRelease(ref control->Hold, 0);
        ring.Consumer.Complete(1);
        Until.Holds(() => ring.Consumer.TryTake(out _), "the job behind it");
        ring.Consumer.Complete(2);
        Until.Holds(() => second.Fence.IsSignaled, "its fence");
        Assert.Equal((2, 0), (engine.GetStatistics().JobsFed, engine.GetStatistics().SignalsRepeated));
        first.Dispose();
        second.Dispose();
        source.Dispose();
        Until.Drained(engine);
    }

    [Fact]
    public void APollerThatStandsStillIsNotSaidToHaveStopped()
    {
        using FenceEngine engine = new(new FenceEngineOptions
        {
            PollerKind = PollerKind.Native,
            HeartbeatLimit = TimeSpan.FromMinutes(1),
            PollerSpin = TimeSpan.FromSeconds(10),
        });
        PollerControl* control = engine.Poller.NativeThread!.Control;
        Atomic.StoreRelease(ref control->Hold, 1);
        Until.Holds(() => Atomic.LoadAcquire(ref control->Held) == 1, "a poller that stands still");
        Assert.False(engine.Poller.TryStop(0));
        Atomic.StoreRelease(ref control->Hold, 0);
        Assert.True(engine.Poller.TryStop(long.MaxValue));
        Assert.False(engine.Poller.IsRunning);
    }

    private static FenceRef[] Emit(FenceRing ring, int count)
    {
        FenceRef[] fences = new FenceRef[count];
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(EmitResult.Emitted, ring.Emit(s_job, out fences[i]));
        }

        return fences;
    }

    private static void Complete(FenceRing ring, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(ring.Consumer.TryTake(out _));
        }

        ring.Consumer.Complete(ring.Consumer.Position);
    }

    private static T Settled<T>(Func<T> value, T expected)
    {
        Until.Holds(() => EqualityComparer<T>.Default.Equals(value(), expected), $"the value {expected}");
        return value();
    }
}
