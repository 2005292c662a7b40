using FastFence.Reclamation;
using FastFence.Tests.Contract;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>The thread in hand: every call does what the one without it does, and the compiler keeps it on its thread.</summary>
public sealed unsafe class FenceThreadTests : FenceTest
{
    private static int s_ran;

    public FenceThreadTests() => s_ran = 0;

    [Fact]
    public void ALifeWithTheThreadInHandIsTheSameLife()
    {
        FenceThread thread = FenceThread.GetCurrent();
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(thread.TryCreateFence(Timeline, out FenceSource source, 7));
            Fence fence = source.Fence;
            Assert.Equal(AddCallbackResult.Added, thread.AddCallback(fence, &Ran, 1, out _));
            Assert.Equal(AddCallbackResult.Added, thread.AddCallback(fence, &Ran, 100, out CallbackRegistration removed));
            Assert.True(thread.Remove(removed));
            Assert.False(thread.Remove(removed));
            Assert.Equal(SignalResult.Signaled, thread.Signal(source, FenceError.TimedOut));
            Assert.Equal(SignalResult.AlreadySignaled, thread.Signal(source));
            Assert.Equal(FenceStatus.Failed(FenceError.TimedOut), fence.Status);
            thread.Dispose(source);
            Assert.Equal(SignalResult.Stale, thread.Signal(source));
        }

        Assert.Equal(1000, s_ran);
        AssertNothingIsHeld();
    }

    [Fact]
    public void APendingFenceThatTheThreadDropsEndsCanceledAndTheNullSourceIsPassedOver()
    {
        FenceThread thread = FenceThread.GetCurrent();
        thread.TryCreateFence(Timeline, out FenceSource source);
        Assert.True(source.Fence.TryAcquire(out FenceRef held));
        thread.Dispose(source);
        thread.Dispose(default);
        Assert.Equal(FenceStatus.Failed(FenceError.Canceled), held.Fence.Status);
        held.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void OneThreadInHandServesEnginesInTurns()
    {
        using FenceEngine other = new(new FenceEngineOptions { StartPoller = false });
        using Timeline elsewhere = other.CreateTimeline("elsewhere");
        FenceThread thread = FenceThread.GetCurrent();
        for (int i = 0; i < 100; i++)
        {
            thread.TryCreateFence(Timeline, out FenceSource here);
            thread.TryCreateFence(elsewhere, out FenceSource there);
            Assert.Equal(SignalResult.Signaled, thread.Signal(here));
            Assert.Equal(SignalResult.Signaled, thread.Signal(there));
            thread.Dispose(there);
            thread.Dispose(here);
        }

        Assert.Equal(100, other.GetStatistics().FencesSignaled);
        Assert.Equal(100, Statistics.FencesSignaled);
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASectionOpenedWithItIsASectionOfTheThread()
    {
        (Fence fence, FenceSource source) = Pending();
        FenceThread thread = FenceThread.GetCurrent();
        {
            AccessToken token = default;
            using AccessSection section = thread.BeginAccess(ref token);
            Assert.True(Section.IsInside());
            Assert.True(section.View.IsPending(fence));
            Assert.True(section.View.TimelineName(fence).SequenceEqual("timeline"u8));
        }

        Assert.False(Section.IsInside());
        source.Dispose();
    }

    [Fact]
    public void ShortCallsInsideASectionLeaveItOpen()
    {
        // The control of the brief sections: one that closed what it did not open would end the caller's protection.
        (Fence fence, FenceSource other) = Pending();
        ReaderRecord* reader = Registry.CurrentReader();
        AccessToken token = default;
        using (AccessSection section = AccessSection.Begin(ref token))
        {
            ulong word = reader->Word;
            Assert.NotEqual(0u, word);
            Timeline second = Engine.CreateTimeline("second");
            Assert.True(second.TryCreateFence(out FenceSource source));
            Assert.Equal(word, reader->Word);
            source.Fence.AddCallback(&Ran, 1, out CallbackRegistration registration);
            Assert.Equal(word, reader->Word);
            registration.Remove();
            Assert.Equal(word, reader->Word);
            source.Signal();
            Assert.Equal(word, reader->Word);
            source.Dispose();
            Assert.Equal(word, reader->Word);
            Assert.True(section.View.IsPending(fence));
        }

        Assert.Equal(0u, reader->Word);
        other.Dispose();
    }

    [Fact]
    public void ShortCallsOfAnOnlineReaderLeaveItOnline()
    {
        using OnlineReader online = OnlineReader.Register();
        ReaderRecord* reader = Registry.CurrentReader();
        ulong word = reader->Word;
        Assert.NotEqual(0u, word);
        Assert.True(Timeline.TryCreateFence(out FenceSource source));
        source.Signal();
        source.Dispose();
        Assert.Equal(word, reader->Word);
        online.ReportQuiescentState();
    }

    [Fact]
    public void OneReferenceOfManyIsDroppedWithoutASectionAndTheLastOneEndsTheFence()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.TryAcquire(out FenceRef first));
        Assert.True(fence.TryAcquire(out FenceRef second));
        source.Signal();
        source.Dispose();
        first.Dispose();
        Assert.Equal(FenceStatus.Signaled, fence.Status);
        second.Dispose();
        Assert.Equal(FenceStatus.Stale, fence.Status);
        long before = Statistics.StaleRefused;
        second.Dispose();
        Assert.Equal(before + 1, Statistics.StaleRefused);
        AssertNothingIsHeld();
    }

    [Fact]
    public void TheDefaultIsRefusedByEveryCallWithWhatToDo()
    {
        (Fence fence, FenceSource source) = Pending();
        string[] said =
        [
            Said(() => default(FenceThread).TryCreateFence(Timeline, out _)),
            Said(() => default(FenceThread).Signal(source)),
            Said(() => default(FenceThread).Dispose(source)),
            Said(() => default(FenceThread).AddCallback(fence, &Ran, 0, out _)),
            Said(() => default(FenceThread).Remove(default)),
            Said(() =>
            {
                AccessToken token = default;
                default(FenceThread).BeginAccess(ref token).Dispose();
            }),
        ];
        Assert.All(said, static words => Assert.Contains("FenceThread.GetCurrent()", words, StringComparison.Ordinal));
        Assert.Equal(FenceStatus.Pending, fence.Status);
        source.Dispose();
    }

    [Theory]
    [InlineData("class C { FenceThread kept; }", "CS8345")]
    [InlineData("class C { void M() { FenceThread t = FenceThread.GetCurrent(); Action later = () => t.Dispose(default); } }", "CS8175")]
    [InlineData("class C { async Task M() { FenceThread t = FenceThread.GetCurrent(); await Task.Yield(); t.Dispose(default); } }", "CS4007")]
    [InlineData("class C { void M() { FenceThread t = FenceThread.GetCurrent(); object boxed = t; } }", "CS0029")]
    public void AThreadInHandCannotLeaveItsThread(string code, string refusedFor) => Assert.Contains(
        Snippet.ErrorsOf(code), error => error.StartsWith(refusedFor, StringComparison.Ordinal));

    [Fact]
    public void AThreadInHandThatStaysCompiles() => Assert.Empty(Snippet.ErrorsOf(
        "class C { void M(Timeline timeline) { FenceThread t = FenceThread.GetCurrent(); t.TryCreateFence(timeline, out FenceSource s); t.Dispose(s); } }"));

    private static string Said(Action call) => Assert.Throws<InvalidOperationException>(call).Message;

    private static void Ran(Fence fence, nint state) => s_ran += (int)state;
}
