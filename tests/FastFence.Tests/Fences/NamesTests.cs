using System.Text;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C5–C8: the four strings, the description, and private data while a section holds it.</summary>
public sealed unsafe class NamesTests : FenceTest
{
    private readonly FakeDriver _driver = new("live-driver", "live-timeline");
    private readonly Timeline _timeline;

    public NamesTests() => _timeline = _driver.CreateOn(Engine).CreateTimeline("captured-timeline");

    [Fact]
    public void FourDifferentStringsStandEachInItsPlace()
    {
        FenceSource source = _timeline.CreateFence();
        Assert.Equal(("live-driver", "live-timeline"), NamesOf(source.Fence));
        source.Signal();
        Assert.Equal(("detached-driver", "signaled-timeline"), NamesOf(source.Fence));
        source.Dispose();
        Assert.Equal(("detached-driver", "signaled-timeline"), NamesOf(source.Fence));
    }

    [Fact]
    public void WithoutOpsTheCapturedNamesAreReadWhilePending()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.Equal(("fastfence", "timeline"), NamesOf(fence));
        source.Signal();
        Assert.Equal(("detached-driver", "signaled-timeline"), NamesOf(fence));
        source.Dispose();
        Assert.Equal(("detached-driver", "signaled-timeline"), NamesOf(Fence.Stub));
    }

    [Fact]
    public void ADescriptionIsExactlyTheContractsLine()
    {
        FenceSource source = _timeline.CreateFence();
        Assert.Equal("live-driver live-timeline seq 1 unsignaled", Describe(source.Fence, 64));
        source.Signal();
        Assert.Equal("detached-driver signaled-timeline seq 1 signaled", Describe(source.Fence, 64));
        source.Dispose();
        Assert.Equal("detached-driver signaled-timeline seq 0 signaled", Describe(source.Fence, 64));
        Assert.Equal("detached-driver signaled-timeline seq 0 signaled", Describe(Fence.Stub, 64));
    }

    [Fact]
    public void ADescriptionIsWrittenWholeOrNotAtAll()
    {
        FenceSource source = _timeline.CreateFence();
        string whole = Describe(source.Fence, 100);
        for (int room = 0; room < whole.Length; room++)
        {
            Assert.Equal(string.Empty, Describe(source.Fence, room));
        }

        Assert.Equal(whole, Describe(source.Fence, whole.Length));
        source.Dispose();
    }

    [Fact]
    public void AFenceThatSignalsBetweenTheTwoNamesIsStillDescribedAsOneState()
    {
        FenceSource source = _timeline.CreateFence();
        Fence fence = source.Fence;
        _driver.Data->SignalWhileNamed = fence.Value;
        Assert.Equal("live-driver live-timeline seq 1 unsignaled", Describe(fence, 64));
        Assert.True(fence.IsSignaled);
        source.Dispose();
    }

    [Fact]
    public void TheLargestSeqnoFitsTheDescription()
    {
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { StartSeqno = ulong.MaxValue - 1 });
        FenceSource source = timeline.CreateFence();
        Assert.Equal("fastfence t seq 18446744073709551615 unsignaled", Describe(source.Fence, 64));
        source.Dispose();
    }

    // The room in which it must fit, and the room in which it fits whatever the number, are two ways of writing it.
    [Theory]
    [InlineData(9UL)]
    [InlineData(10UL)]
    [InlineData(ulong.MaxValue)]
    public void ADescriptionIsTheSameInWhateverRoomItFits(ulong seqno)
    {
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { StartSeqno = seqno - 1 });
        using FenceSource source = timeline.CreateFence();
        foreach (string end in (string[])["unsignaled", "signaled"])
        {
            string whole = end[0] == 'u' ? $"fastfence t seq {seqno} unsignaled" : $"detached-driver signaled-timeline seq {seqno} signaled";
            for (int room = 0; room < 100; room++)
            {
                Assert.Equal(room < whole.Length ? "" : whole, Describe(source.Fence, room));
            }

            source.Signal();
        }
    }

    [Fact]
    public void WhoeverSawAFencePendingReadsItsDataToTheEndOfTheSection()
    {
        Exporter exporter = Engine.CreateExporter("driver");
        Timeline timeline = exporter.CreateTimeline("t");
        nint data = exporter.AllocatePrivate(8);
        *(ulong*)data = 0x1234;
        Assert.True(timeline.TryCreateFence(out FenceSource source, data));
        Fence fence = source.Fence;
        AccessToken token = default;
        using (AccessSection section = AccessSection.Begin(ref token))
        {
            AccessView view = section.View;
            Assert.True(view.IsPending(fence));
            ReadOnlySpan<ulong> seen = view.PrivateData<ulong>(fence);
            using ManualResetEventSlim retired = new();
            Race.Run(() =>
            {
                source.Signal();
                source.Dispose();
                exporter.FreePrivate(data, 8);
                retired.Set();
            });
            Assert.True(retired.IsSet);
            GraceToken grace = GracePeriod.Start();
            Assert.False(GracePeriod.Poll(grace), "a grace period passed over an open section");
            Assert.Equal(1, Statistics.PrivateDataRetired);
            Assert.Equal(0x1234ul, seen[0]);
            Assert.False(view.IsPending(fence));
            Assert.True(view.PrivateData<ulong>(fence).IsEmpty);
        }

        Assert.True(Engine.Barrier(TimeSpan.FromSeconds(20)));
        Assert.NotEqual(0x1234ul, *(ulong*)data); // poisoned, or another's by now
    }

    [Fact]
    public void ReadingNamesChangesNothingAndIsCounted()
    {
        FenceSource source = _timeline.CreateFence();
        long before = Statistics.NamesRead;
        Assert.Equal(("live-driver", "live-timeline"), NamesOf(source.Fence));
        Assert.Equal(before + 2, Statistics.NamesRead);
        Assert.Equal(0, _driver.Data->EnableCalls);
        Assert.Equal(FenceStatus.Pending, source.Fence.Status);
        source.Dispose();
    }

    [Fact]
    public void AskingIsFreeOfSideEffects()
    {
        FenceSource source = _timeline.CreateFence();
        Fence fence = source.Fence;
        bool ran = false;
        fence.AddCallback((_, _) => ran = true, null, out _);
        int enabled = _driver.Data->EnableCalls;
        _driver.Data->Passed = 1;
        Assert.True(fence.Poll()); // the hardware has passed it, yet asking is not signalling (C13)
        Assert.False(fence.IsSignaled);
        Assert.False(fence.IsQuiesced);
        Assert.Equal(FenceStatus.Pending, fence.Status);
        Assert.Equal(0, fence.TimestampNanoseconds);
        Assert.False(ran);
        Assert.Equal(enabled, _driver.Data->EnableCalls);
        source.Signal();
        Assert.True(ran);
        source.Dispose();
    }

    [Fact]
    public void ASecondUseOfATokenIsRefusedAndSectionsNest()
    {
        AccessToken outer = default;
        AccessToken inner = default;
        using AccessSection section = AccessSection.Begin(ref outer);
        using (AccessSection nested = AccessSection.Begin(ref inner))
        {
#pragma warning disable FF0003 // what the rule forbids is what is tested here
            nested.Dispose(); // twice: the second does nothing
#pragma warning restore FF0003
        }

        Assert.True(Reader.IsInside(Registry.CurrentReader()));
#pragma warning disable FF0005 // looks into the token
        Assert.True(outer.Open);
#pragma warning restore FF0005
        bool refused = false;
        try
        {
            AccessSection.Begin(ref outer).Dispose();
        }
        catch (InvalidOperationException)
        {
            refused = true;
        }

        Assert.True(refused);
    }

    protected override void Dispose(bool disposing)
    {
        _timeline.Dispose();
        base.Dispose(disposing);
        Assert.Equal(1, _driver.Data->Releases); // C15: exactly once
        _driver.Dispose();
    }

    private static (string Driver, string Timeline) NamesOf(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return (Encoding.UTF8.GetString(section.View.DriverName(fence)), Encoding.UTF8.GetString(section.View.TimelineName(fence)));
    }

    private static string Describe(Fence fence, int room)
    {
        Span<byte> text = stackalloc byte[room];
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return Encoding.UTF8.GetString(text[..section.View.Describe(fence, text)]);
    }
}
