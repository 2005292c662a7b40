using CsCheck;
using FastFence.Fences;
using FastFence.Memory;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C16: a handle of a fence that is gone, was never there, or is null is refused by every call.</summary>
public sealed unsafe class StaleHandleTests : FenceTest
{
    private static int s_ran;

    public StaleHandleTests() => s_ran = 0;

    [Fact]
    public void AReleasedFenceIsRefusedByEveryCall()
    {
        (Fence fence, FenceSource source) = Pending();
        fence.AddCallback(&Ran, 0, out CallbackRegistration registration);
        source.Dispose();
        Assert.Equal(1, s_ran);
        AssertRefused(fence);
        Assert.False(registration.Remove());
        long before = Statistics.StaleRefused;
        Assert.Equal(SignalResult.Stale, source.Signal());
        Assert.False(source.TrySetError(FenceError.DeviceLost));
        source.Dispose();
        Assert.Equal(before + 2, Statistics.StaleRefused);
        AssertNothingIsHeld();
    }

    [Fact]
    public void AReusedSlotDoesNotAnswerToItsFormerFence()
    {
        (Fence old, FenceSource oldSource) = Pending();
        oldSource.Dispose();
        Assert.True(Engine.Barrier(TimeSpan.FromSeconds(20)));
        List<FenceSource> sources = [];
        while (sources.Count == 0 || sources[^1].Fence.Index != old.Index)
        {
            sources.Add(Timeline.CreateFence());
            Assert.True(sources.Count < 100_000, "the slot never came back");
        }

        Fence young = sources[^1].Fence;
        Assert.NotEqual(old, young);
        AssertRefused(old);
        Assert.Equal(SignalResult.Stale, oldSource.Signal());
        oldSource.Dispose();
        Assert.Equal(FenceStatus.Pending, young.Status);
        Assert.True(young.TryAcquire(out FenceRef held));
        held.Dispose();
        sources.ForEach(source => source.Dispose());
        AssertNothingIsHeld();
    }

    [Fact]
    public void AForgedHandleOfAFreeSlotIsRefusedThoughItsGenerationFits()
    {
        (Fence fence, FenceSource source) = Pending();
        source.Dispose();
        Assert.True(Engine.Barrier(TimeSpan.FromSeconds(20)));
        uint generation = (uint)(fence.Slot->RefGen >> 32);
        AssertRefused(Fence.FromValue(((ulong)generation << 32) | fence.Index));

        // Carved, never given out, in this thread's magazine.
        Timeline.CreateFence().Dispose();
        uint carved = FastFence.Reclamation.Registry.CacheOf(&Engine.Block->Pools)->Fences.Loaded->Items[0];
        AssertRefused(Fence.FromValue(FenceSlot.At(carved)->RefGen | carved));
    }

    [Theory]
    [InlineData(0x0000_0001_FFFF_FFFFul)]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFul)]
    [InlineData(0x0000_0001_03FF_FFFFul)]
    [InlineData(0x0000_0002_0000_0000ul)]
    [InlineData(0x0000_0001_0400_0000ul)]
    public void AForgedIndexOrGenerationIsRefused(ulong value) => AssertRefused(Fence.FromValue(value));

    [Fact]
    public void AForgedIndexBehindTheLastSlotIsNotTheStub()
    {
        Fence forged = new((1ul << 32) | Reservation.FenceSlots);
        AssertRefused(forged);
        Assert.NotEqual(Fence.Stub, forged);
        AssertRefused(new Fence((1ul << 32) | uint.MaxValue));
    }

    [Fact]
    public void AHandleOfGenerationZeroIsNobodys()
    {
        // Zero is what a slot reads that was never carved, so it may fit nobody.
        Assert.True(Fence.FromValue(5_000_000).IsNull);
        Fence forged = new(5_000_000);
        Assert.True(forged.IsSignaled);
        Assert.Equal(SignalResult.Stale, new FenceSource(5_000_000).Signal());
        Assert.False(forged.TryAcquire(out _));
    }

    [Fact]
    public void RandomWordsByTheThousandAreRefusedAndNothingCrashes()
    {
        FenceSource[] sources = [.. Enumerable.Range(0, 100).Select(_ => Timeline.CreateFence())];
        HashSet<ulong> live = [.. sources.Select(source => source.Fence.Value), Fence.Stub.Value];
        Gen<ulong> words = Gen.OneOf(
            Gen.ULong,
            Gen.Select(Gen.UInt[0, 8], Gen.UInt[0, 40_000], (generation, index) => ((ulong)generation << 32) | index),
            Gen.Select(Gen.UInt[0, 8], Gen.UInt, (generation, index) => ((ulong)generation << 32) | index));
        words.Sample(word => live.Contains(word) || word >> 32 == 0 || Refuses(Fence.FromValue(word)), iter: 5_000);
        Assert.All(sources, source => Assert.Equal(FenceStatus.Pending, source.Fence.Status));
        Array.ForEach(sources, source => source.Dispose());
        AssertNothingIsHeld();
    }

    [Fact]
    public void TheNullHandleIsRefusedAsSuch()
    {
        Fence none = default;
        Assert.True(none.IsNull);
        Refused(() => none.IsSignaled);
        Refused(() => none.IsQuiesced);
        Refused(() => none.Status);
        Refused(() => none.Context);
        Refused(() => none.Seqno);
        Refused(() => none.TimestampNanoseconds);
        Refused(() => none.TryAcquire(out _));
        Refused(() => none.Wait(TimeSpan.Zero));
        Refused(() => none.Wait());
        Refused(() => none.Poll());
        Refused(() => none.AddCallback(&Ran, 0, out _));
        Refused(() => none.AddCallback((_, _) => { }, null, out _));
        Refused(() => Fence.IsLater(none, none));
        Refused(() => default(FenceSource).Signal());
        Refused(() => default(FenceSource).TrySetError(FenceError.DeviceLost));
        Assert.Throws<InvalidOperationException>(() => none.SetDeadline(TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(() => none.EnableSignal());
        default(FenceSource).Dispose();
        default(FenceRef).Dispose();
        ulong empty = 0;
        Assert.False(Fence.TryAcquireFrom(ref empty, out _));

        static void Refused(Func<object> call) => Assert.Throws<InvalidOperationException>(call);
    }

    [Fact]
    public void TheLastGenerationBeforeTheWrapIsStillRefusedAfterIt()
    {
        FenceSource made = Timeline.CreateFence();
        uint index = made.Fence.Index;
        FenceSlot* slot = FenceSlot.At(index);
        slot->RefGen = ((ulong)uint.MaxValue << 32) | 1;
        slot->Head = HeadWord.OpenEmpty(uint.MaxValue);
        FenceSource source = new(((ulong)uint.MaxValue << 32) | index);
        Fence fence = source.Fence;
        s_ran = 0;
        Assert.Equal(AddCallbackResult.Added, fence.AddCallback(&Ran, 0, out _));
        Assert.Equal(SignalResult.Signaled, source.Signal());
        Assert.Equal(1, s_ran);
        Assert.Equal(FenceStatus.Signaled, fence.Status);
        source.Dispose();
        Assert.Equal(1, Statistics.GenerationWraps);
        Assert.Equal(1ul << 32, slot->RefGen); // generation 0 is the null handle's
        AssertRefused(fence);
        Assert.Equal(SignalResult.Stale, source.Signal());
        AssertNothingIsHeld();
    }

    [Fact]
    public void AHandleOfADisposedEngineIsRefusedByEveryCall()
    {
        using FenceEngine other = new(new FenceEngineOptions { StartPoller = false });
        Timeline timeline = other.CreateTimeline("t");
        FenceSource source = timeline.CreateFence();
        Fence fence = source.Fence;
        fence.TryAcquire(out FenceRef held);
        other.Dispose();
        AssertRefused(fence);
        Assert.Equal(SignalResult.Stale, source.Signal());
        Assert.False(timeline.TryCreateFence(out _));
        Assert.Throws<ObjectDisposedException>(() => held.Clone());
        source.Dispose();
        held.Dispose();
        Assert.Throws<ObjectDisposedException>(() => other.CreateTimeline("late"));
    }

    private static bool Refuses(Fence fence)
    {
        AssertRefused(fence);
        return true;
    }

    private static void AssertRefused(Fence fence)
    {
        int ran = s_ran;
        Assert.True(fence.IsSignaled);
        Assert.True(fence.IsQuiesced);
        Assert.Equal(FenceStatus.Stale, fence.Status);
        Assert.Equal((0, 0ul, 0ul), (fence.TimestampNanoseconds, fence.Context, fence.Seqno));
        Assert.False(fence.TryAcquire(out _));
        ulong shared = fence.Value;
        Assert.False(Fence.TryAcquireFrom(ref shared, out _));
        Assert.Equal(AddCallbackResult.Stale, fence.AddCallback(&Ran, 0, out _));
        Assert.Equal(AddCallbackResult.Stale, fence.AddCallback((_, _) => s_ran++, null, out _));
        Assert.Equal(FenceStatus.Stale, fence.Wait());
        Assert.True(fence.Wait(TimeSpan.Zero).IsSuccess);
        Assert.True(fence.Poll());
        fence.EnableSignal();
        fence.SetDeadline(TimeSpan.Zero);
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        Span<byte> text = stackalloc byte[64];
        Assert.False(section.View.IsPending(fence));
        Assert.True(section.View.PrivateData<long>(fence).IsEmpty);
        Assert.True(section.View.DriverName(fence).SequenceEqual("detached-driver"u8));
        Assert.True(section.View.TimelineName(fence).SequenceEqual("signaled-timeline"u8));
        Assert.True(text[..section.View.Describe(fence, text)].SequenceEqual("detached-driver signaled-timeline seq 0 signaled"u8));
        Assert.Equal(ran, s_ran);
    }

    private static void Ran(Fence fence, nint state) => s_ran++;
}
