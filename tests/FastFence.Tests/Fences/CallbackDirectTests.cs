using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// Callbacks straight from the signal (CallbackDirect) and the other way (CallbackRun): which goes when, and that nobody can tell them apart by what
/// runs, in what order, and what is left (C11, C12). The two are told apart by their nodes: the short way has given all of them up before the first call.
/// </summary>
public sealed unsafe class CallbackDirectTests : FenceTest
{
    private readonly List<int> _ran = [];

    [Fact]
    public void PlainCallbacksAreRunStraightFromTheSignalAndOthersTheOtherWay()
    {
        Assert.Equal(0, NodesHeldInTheFirstOf(3, (_, _) => { }));
        Assert.Equal(2, NodesHeldInTheFirstOf(3, (_, source) => source.TrySetError(FenceError.DeviceLost)));
        Assert.Equal(2, NodesHeldInTheFirstOf(3, (fence, _) =>
        {
            fence.AddCallback((_, _) => Assert.Fail("removed"), null, out CallbackRegistration removed);
            Assert.True(removed.Remove()); // its node is given up by the pass that meets it
        }));

        using Exporter exporter = Engine.CreateExporter("owner", default, 0);
        Assert.Equal(3, NodesHeldInTheFirstOf(3, (fence, _) => fence.AddCallback((_, _) => { }, null, exporter.CodeOwner, out CallbackRegistration _)));

        // More than the bag has room for: the magazines of these tests hold eight.
        Assert.Equal(8, NodesHeldInTheFirstOf(9, (_, _) => { }));
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void AnyNumberOfCallbacksRunsOnceInTheirOrderWhateverTheMagazineHolds(int callbacks)
    {
        using FenceEngine large = new(new FenceEngineOptions { StartPoller = false });
        Timeline other = large.CreateTimeline("large");
        foreach (Timeline timeline in (Timeline[])[Timeline, other, Timeline, other])
        {
            _ran.Clear();
            using (FenceSource source = timeline.CreateFence())
            {
                Add(source.Fence, 0, callbacks);
                Assert.Equal(SignalResult.Signaled, source.Signal());
                Assert.True(source.Fence.IsQuiesced);
            }

            Assert.Equal(Enumerable.Range(0, callbacks), _ran);
        }

        AssertNothingIsHeld();
        Assert.Equal((0, 0), (large.GetStatistics().CallbackNodesLive, large.GetStatistics().FencesLive));
    }

    [Fact]
    public void ABagOfNodesIsSealedBeforeTheNextFenceFindsNoRoomInIt()
    {
        using FenceEngine large = new(new FenceEngineOptions { StartPoller = false });
        Timeline timeline = large.CreateTimeline("large");
        for (int i = 1; i <= Bag.MaxCapacity / 8; i++)
        {
            using FenceSource source = timeline.CreateFence();
            Add(source.Fence, 0, 8);
            source.Signal();
            Assert.Equal((uint)(i * 8 % Bag.MaxCapacity), ((Bag*)Registry.Current.Cache->Nodes.Staging)->Count);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void OneThatIsNotPlainKeepsItsPlaceWhereverItStands(int at)
    {
        using Exporter exporter = Engine.CreateExporter("owner", default, 0);
        for (int kind = 0; kind < 3; kind++)
        {
            _ran.Clear();
            using FenceSource source = Timeline.CreateFence();
            Fence fence = source.Fence;
            Add(fence, 0, at);
            CallbackRegistration registration = default;
            AddCallbackResult added = kind switch
            {
                0 => fence.AddCallback((_, _) => _ran.Add(at), null, exporter.CodeOwner, out registration),
                1 => fence.AddCallback((_, _) => _ran.Add(-1), null, out registration),
                _ => fence.AddCallback(&Nothing, 0, exporter.CodeOwner, out registration),
            };
            Assert.Equal(AddCallbackResult.Added, added);
            Add(fence, at + 1, 4 - at);
            Assert.Equal(kind == 1, kind == 1 && registration.Remove());
            source.Signal();
            Assert.Equal(Enumerable.Range(0, 5).Where(i => kind == 0 || i != at), _ran);
        }

        AssertNothingIsHeld();
    }

    [Fact]
    public void EachThatThrowsIsReportedAndTheThreadIsInNoForeignCodeAfterwards()
    {
        using FenceSource source = Timeline.CreateFence();
        List<uint> inside = [];
        ReaderRecord* reader = Registry.CurrentReader();
        for (int i = 0; i < 5; i++)
        {
            int number = i;
            source.Fence.AddCallback((_, _) =>
            {
                inside.Add(reader->InForeignCode * reader->ForeignKind);
                _ran.Add(number);
                throw new InvalidTimeZoneException();
            }, null, out _);
        }

        Assert.Equal(SignalResult.Signaled, source.Signal());
        Assert.Equal([0, 1, 2, 3, 4], _ran);
        Assert.Equal(Enumerable.Repeat((uint)ForeignKind.Callback, 5), inside);
        Assert.Equal((5, 5), (Statistics.CallbacksThrown, Statistics.CallbacksRun));
        Assert.Equal((0u, 0u), (reader->InForeignCode, reader->ForeignKind));
        Assert.True(source.Fence.IsQuiesced);
        Assert.Equal(0u, Registry.Current.Cache->Running);
    }

    [Fact]
    public void WhatACallbackDoesToItsOwnFenceFindsItAsItShould()
    {
        FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        FenceSource next = Timeline.CreateFence();
        CallbackRegistration first = default;
        CallbackRegistration last = default;
        Assert.Equal(AddCallbackResult.Added, fence.AddCallback((_, _) =>
        {
            Assert.Equal(AddCallbackResult.AlreadySignaled, fence.AddCallback(&Nothing, 0, out _));
            Assert.False(first.Remove() || last.Remove());
            Assert.Equal(SignalResult.AlreadySignaled, source.Signal());
            Assert.False(fence.IsQuiesced);
            Assert.Equal(SignalResult.Signaled, next.Signal());
            source.Dispose();
            for (int i = 0; i < 30; i++)
            {
                // Slots and nodes go round meanwhile, and none of this fence's may be among them.
                using FenceSource passing = Engine.CreateTimeline("passing").CreateFence();
                passing.Fence.AddCallback((_, _) => _ran.Add(100), null, out _);
                passing.Signal();
            }

            _ran.Add(0);
        }, null, out first));
        Add(fence, 1, 1);
        fence.AddCallback((_, _) => _ran.Add(2), null, out last);
        Add(next.Fence, 3, 1);
        source.Signal();
        Assert.Equal(30, _ran.Count(i => i == 100));
        Assert.Equal([0, 1, 2, 3], _ran.Where(i => i < 100));
        next.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void AnotherThreadCannotRemoveWhatIsAboutToRun()
    {
        using FenceSource source = Timeline.CreateFence();
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim letGo = new();
        source.Fence.AddCallback((_, _) =>
        {
            inside.Set();
            letGo.Wait();
        }, null, out CallbackRegistration running);
        source.Fence.AddCallback((_, _) => _ran.Add(1), null, out CallbackRegistration waiting);
        Race.Run(
            () => source.Signal(),
            () =>
            {
                Assert.True(inside.Wait(TimeSpan.FromSeconds(60)));
                Assert.False(running.Remove());
                Assert.False(waiting.Remove());
                letGo.Set();
            });
        Assert.Equal([1], _ran);
    }

    [Fact]
    public void AnAwaitThatTheSignalCompletesIsToldAheadOfTheCallbacks()
    {
        // The second fence was signaled out of turn; its turn comes with the first one, whose callback asks.
        using FenceSource first = Timeline.CreateFence();
        using FenceSource second = Timeline.CreateFence();
        int toldInside = -1;
        Assert.Equal(AddCallbackResult.Added, second.Fence.Add(NodeKind.Await, (nint)(delegate*<nint, void>)&Tell.One, 0, null, out _));
        first.Fence.AddCallback((_, _) => toldInside = Tell.Told, null, out _);
        Assert.Equal(SignalResult.Deferred, second.Signal());
        Assert.Equal(SignalResult.Signaled, first.Signal());
        Assert.Equal((1, 1), (toldInside, Tell.Told));
    }

    [Fact]
    public void AThreadLooksFirstOnlyAfterASignalThatFoundCallbacks()
    {
        Engine.Block->Clock.Publish(MonotonicClock.Nanoseconds);
        ThreadCache* Cache() => Registry.Current.Cache;
        uint[] looks = new uint[6];
        for (int i = 0; i < looks.Length; i++)
        {
            using FenceSource source = Timeline.CreateFence();
            Add(source.Fence, i, i is 1 or 2 or 5 ? 1 : 0);
            Assert.Equal(SignalResult.Signaled, source.Signal());
            Assert.Equal(SignalResult.AlreadySignaled, source.Signal());
            Assert.True(source.Fence.IsQuiesced);
            looks[i] = Cache()->LooksFirst;
        }

        Assert.Equal([0, 1, 1, 0, 0, 1], looks);
        Assert.Equal([1, 2, 5], _ran);
    }

    [Fact]
    public void ASignalThatLooksFirstHeedsWhatItFinds()
    {
        using FenceSource before = Timeline.CreateFence();
        Add(before.Fence, 0, 1);
        before.Signal();
        using FenceSource failed = Timeline.CreateFence();
        Assert.True(failed.TrySetError(FenceError.DeviceLost));
        Assert.Equal(SignalResult.Signaled, failed.Signal(FenceError.TimedOut));
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), failed.Fence.Status);
        using FenceSource again = Timeline.CreateFence();
        Add(again.Fence, 1, 1);
        again.Signal();
        FenceSource stale = Timeline.CreateFence();
        stale.Signal();
        stale.Dispose();
        Registry.Current.Cache->LooksFirst = 1;
        Assert.Equal(SignalResult.Stale, stale.Signal());
        Assert.Equal([0, 1], _ran);
    }

    [Fact]
    public void WhoRecordsOrSitsInASectionOrRunsCallbacksTakesTheOtherWay()
    {
        using FenceEngine recording = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Coarse });
        Assert.Equal(2, NodesHeldInTheFirstOf(3, (_, _) => { }, recording, recording.CreateTimeline("recorded")));

        long inner = -1;
        using FenceSource outer = Timeline.CreateFence();
        using FenceSource nested = Engine.CreateTimeline("nested").CreateFence(); // on this timeline the turn is taken, too
        nested.Fence.AddCallback((_, _) => inner = Statistics.CallbackNodesLive, null, out _);
        Add(nested.Fence, 1, 2);
        outer.Fence.AddCallback((_, _) =>
        {
            nested.Signal();
            _ran.Add(0);
        }, null, out _);
        outer.Signal();
        Assert.Equal(2, inner);
        Assert.Equal([0, 1, 2], _ran);
    }

    private static void Nothing(Fence fence, nint state)
    {
    }

    private long NodesHeldInTheFirstOf(int callbacks, Action<Fence, FenceSource> prepare, FenceEngine? engine = null, Timeline? timeline = null)
    {
        long held = -1;
        using FenceSource source = (timeline ?? Timeline).CreateFence();
        source.Fence.AddCallback((_, _) => held = (engine ?? Engine).GetStatistics().CallbackNodesLive, null, out _);
        prepare(source.Fence, source);
        for (int i = 1; i < callbacks; i++)
        {
            source.Fence.AddCallback(&Nothing, 0, out _);
        }

        source.Signal();
        return held;
    }

    private void Add(Fence fence, int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            int number = i;
            Assert.Equal(AddCallbackResult.Added, fence.AddCallback((_, _) => _ran.Add(number), null, out _));
        }
    }

    private static class Tell
    {
        private static int s_told;

        public static int Told => s_told;

        public static void One(nint argument) => s_told++;
    }
}
