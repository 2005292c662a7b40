using FastFence.Memory;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// A fence's only callback goes from the signal to its call without a list and without room on a stack (FenceSignal.SignalOne): it is run, reported, removed
/// and refused as those of a fence with several (CallbackDirectTests).
/// </summary>
public sealed unsafe class CallbackAloneTests : FenceTest
{
    private static int s_ran;
    private readonly List<int> _ran = [];

    [Fact]
    public void OneAloneIsRunOnceWhetherFunctionOrDelegateAndItsNodeIsGivenUpBefore()
    {
        s_ran = 0;
        for (int i = 0; i < 100; i++)
        {
            int number = i;
            long held = -1;
            using FenceSource source = Timeline.CreateFence();
            AddCallbackResult added = i % 2 == 0
                ? source.Fence.AddCallback(&Count, 7, out CallbackRegistration registration)
                : source.Fence.AddCallback(
                    (fence, state) =>
                    {
                        held = Statistics.CallbackNodesLive;
                        Assert.True(fence.IsSignaled && !fence.IsQuiesced);
                        _ran.Add((int)state!);
                    },
                    number,
                    out registration);
            Assert.Equal(AddCallbackResult.Added, added);
            Assert.Equal(SignalResult.Signaled, source.Signal());
            Assert.Equal(SignalResult.AlreadySignaled, source.Signal());
            Assert.True(source.Fence.IsQuiesced);
            Assert.False(registration.Remove());
            Assert.Equal(i % 2 == 0 ? -1 : 0, held);
        }

        Assert.Equal(50 * 7, s_ran);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (2 * i) + 1), _ran);
        Assert.Equal(100, Statistics.CallbacksRun);
        AssertNothingIsHeld();
    }

    [Fact]
    public void OneAloneThatThrowsIsReportedAndTheThreadIsInNoForeignCodeAfterwards()
    {
        ReaderRecord* reader = Registry.CurrentReader();
        uint inside = 0;
        Fence seen = default;
        using FenceSource source = Timeline.CreateFence();
        source.Fence.AddCallback((fence, _) =>
        {
            inside = reader->InForeignCode * reader->ForeignKind;
            seen = new Fence(reader->ForeignFence);
            throw new InvalidTimeZoneException();
        }, null, out _);
        Assert.Equal(SignalResult.Signaled, source.Signal());
        Assert.Equal(((uint)ForeignKind.Callback, source.Fence), (inside, seen));
        Assert.Equal((0u, 0u, 0u), (reader->InForeignCode, reader->ForeignKind, Registry.Current.Cache->Running));
        Assert.Equal((1, 1), (Statistics.CallbacksThrown, Statistics.CallbacksRun));
        Assert.True(source.Fence.IsQuiesced);
    }

    [Fact]
    public void OneAloneOfAnOwnerLeavesItsOwnerWhenItHasReturned()
    {
        using Exporter exporter = Engine.CreateExporter("owner", default, 0);
        using FenceSource source = Timeline.CreateFence();
        uint inside = 0;
        source.Fence.AddCallback((_, _) => inside = exporter.CodeOwner.Pending, null, exporter.CodeOwner, out _);
        source.Signal();
        Assert.Equal((1u, 0u), (inside, exporter.CodeOwner.Pending));
        using FenceSource function = Timeline.CreateFence();
        function.Fence.AddCallback(&Count, 0, exporter.CodeOwner, out _);
        function.Signal();
        Assert.Equal(0u, exporter.CodeOwner.Pending);
    }

    [Fact]
    public void OneAloneThatWasRemovedDoesNotRunAndAnUnmanagedOneRunsAsWhatItIs()
    {
        s_ran = 0;
        using (FenceSource source = Timeline.CreateFence())
        {
            source.Fence.AddCallback((_, _) => Assert.Fail("removed"), null, out CallbackRegistration removed);
            Assert.True(removed.Remove());
            Assert.Equal(SignalResult.Signaled, source.Signal());
            Assert.True(source.Fence.IsQuiesced);
        }

        using (FenceSource source = Timeline.CreateFence())
        {
            source.Fence.AddNativeCallback(&CountUnmanaged, 5, out _);
            Assert.Equal(SignalResult.Signaled, source.Signal());
            Assert.True(source.Fence.IsQuiesced);
        }

        Assert.Equal(5, s_ran);
        AssertNothingIsHeld();
    }

    [Fact]
    public void OneAloneMaySignalTheNextFenceOfItsTimelineAndDropItsOwn()
    {
        FenceSource source = Timeline.CreateFence();
        FenceSource next = Timeline.CreateFence();
        source.Fence.AddCallback((_, _) =>
        {
            Assert.Equal(SignalResult.Signaled, next.Signal());
            source.Dispose();
            Assert.Equal(1u, Registry.Current.Cache->HasLate);
            _ran.Add(0);
        }, null, out _);
        next.Fence.AddCallback((_, _) => _ran.Add(1), null, out _);
        Assert.Equal(SignalResult.Signaled, source.Signal());
        Assert.Equal([0, 1], _ran);
        Assert.Equal(0u, ((Bag*)Registry.Current.Cache->Late)->Count); // settled when the callbacks had returned
        next.Dispose();
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(false)] // in the callback the thread is in no section, so no grace period waits for it
    [InlineData(true)]
    public void OneAloneFindsAnOnlineReaderOnlineAndAnyOtherOutside(bool online)
    {
        ulong inside = ulong.MaxValue;
        ReaderRecord* reader = Registry.CurrentReader();
        using FenceSource source = Timeline.CreateFence();
        source.Fence.AddCallback((_, _) => inside = reader->Word, null, out _);
        if (online)
        {
            using OnlineReader present = OnlineReader.Register();
            Assert.Equal(SignalResult.Signaled, source.Signal());
        }
        else
        {
            Assert.Equal(SignalResult.Signaled, source.Signal());
        }

        Assert.Equal((online, 0ul), (inside != 0, reader->Word));
    }

    private static void Count(Fence fence, nint state) => s_ran += (int)state;

    [System.Runtime.InteropServices.UnmanagedCallersOnly]
    private static void CountUnmanaged(ulong fence, nint state) => s_ran += (int)state;
}
