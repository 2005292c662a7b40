using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C12, faults 7 and 42: inside a callback everything is legal; iteration, never recursion; an exception stops nobody.</summary>
public sealed unsafe class CallbackInsideTests : FenceTest
{
    private const int ChainLength = 1_000_000;

    private readonly List<string> _log = [];
    private static FenceSource[] s_chain = [];
    private static int s_linksRun;
    private static int s_depth;
    private static int s_deepest;

    [Fact]
    public void AddingInsideACallbackIsRefusedOnTheOwnFenceAndAcceptedOnAnother()
    {
        (Fence fence, FenceSource source) = Pending();
        (Fence other, FenceSource otherSource) = Pending();
        On(fence, () =>
        {
            Assert.Equal(AddCallbackResult.AlreadySignaled, fence.AddCallback((_, _) => _log.Add("never"), null, out _));
            On(other, () => _log.Add("other"));
        });
        source.Signal();
        otherSource.Signal();
        AssertLog("other");
        Drop(source, otherSource);
    }

    [Fact]
    public void RemovingInsideACallbackFailsForWhatRunsAndWorksOnAnotherFence()
    {
        (Fence fence, FenceSource source) = Pending();
        (Fence other, FenceSource otherSource) = Pending();
        CallbackRegistration own = default;
        CallbackRegistration later = default;
        other.AddCallback((_, _) => _log.Add("never"), null, out CallbackRegistration others);
        fence.AddCallback((_, _) =>
        {
            Assert.False(own.Remove());
            Assert.False(later.Remove()); // accepted, and its fence is signaled: it will run
            Assert.True(others.Remove());
        }, null, out own);
        fence.AddCallback((_, _) => _log.Add("later"), null, out later);
        source.Signal();
        otherSource.Signal();
        AssertLog("later");
        Drop(source, otherSource);
    }

    [Fact]
    public void ASignalInsideACallbackClosesAtOnceAndRunsItsCallbacksAfterwards()
    {
        (Fence first, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        On(first, () =>
        {
            Assert.Equal(SignalResult.Signaled, secondSource.Signal());
            Assert.True(second.IsSignaled);
            Assert.False(second.IsQuiesced);
            _log.Add("first a");
        });
        On(first, () => _log.Add("first b"));
        On(second, () => _log.Add("second"));
        firstSource.Signal();
        AssertLog("first a", "first b", "second");
        Assert.True(second.IsQuiesced);
        Drop(firstSource, secondSource);
    }

    [Fact]
    public void ASignalOfAnotherTimelineInsideACallbackIsTheSame()
    {
        (Fence first, FenceSource firstSource) = Pending();
        Timeline timeline = Engine.CreateTimeline("other");
        FenceSource second = timeline.CreateFence();
        FenceSource third = timeline.CreateFence();
        On(second.Fence, () => _log.Add("second"));
        On(third.Fence, () => _log.Add("third"));
        On(first, () =>
        {
            Assert.Equal(SignalResult.AlreadySignaled, firstSource.Signal());
            Assert.Equal(SignalResult.Deferred, third.Signal());
            Assert.Equal(SignalResult.Signaled, second.Signal());
            _log.Add("first");
        });
        firstSource.Signal();
        AssertLog("first", "second", "third");
        Drop(firstSource, second, third);
    }

    [Fact]
    public void AWaitOfNoTimeInsideACallbackAnswersForBothStates()
    {
        (Fence fence, FenceSource source) = Pending();
        (Fence other, FenceSource otherSource) = Pending();
        On(fence, () =>
        {
            Assert.True(fence.Wait(TimeSpan.Zero).IsSuccess);
            Assert.True(other.Wait(TimeSpan.Zero).IsTimedOut);
            Assert.Equal(FenceStatus.Signaled, fence.Wait());
            _log.Add("ran");
        });
        source.Signal();
        AssertLog("ran");
        Drop(source, otherSource);
    }

    [Fact]
    public void TheLastReferenceMayBeDroppedInsideACallback()
    {
        (Fence fence, FenceSource source) = Pending();
        On(fence, () =>
        {
            source.Dispose();
            Assert.Equal(FenceStatus.Stale, fence.Status);
            for (int i = 0; i < 100; i++)
            {
                // The slot is not given out again while its callbacks run.
                using FenceSource created = Timeline.CreateFence();
                Assert.NotEqual(fence.Index, created.Fence.Index);
            }

            _log.Add("dropped");
        });
        On(fence, () => _log.Add("next"));
        source.Signal();
        AssertLog("dropped", "next");
        AssertNothingIsHeld();
    }

    [Fact]
    public void ACallbackThatRunsLaterStillSeesItsOwnFence()
    {
        // Dropped inside another fence's callback, its callbacks wait on the run list without a holder of their own.
        (Fence first, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        On(first, secondSource.Dispose);
        On(second, () => _log.Add(second.Status.ToString()));
        firstSource.Signal();
        AssertLog("Failed(-ECANCELED (cancelled or dropped))");
        Drop(firstSource);
        Assert.Equal(FenceStatus.Stale, second.Status);
    }

    [Fact]
    public void AnExceptionIsCountedReportedAndTheNextCallbackRuns()
    {
        List<Exception?> reported = [];
        Engine.Notified += (_, e) =>
        {
            if (e.Kind == NotificationKind.CallbackFaulted)
            {
                reported.Add(e.Exception);
            }
        };
        (Fence fence, FenceSource source) = Pending();
        InvalidTimeZoneException thrown = new("on purpose");
        On(fence, () => throw thrown);
        On(fence, () => _log.Add("next"));
        Assert.Equal(SignalResult.Signaled, source.Signal());
        AssertLog("next");
        Assert.Equal([thrown], reported);
        Assert.Equal(1, Statistics.CallbacksThrown);
        Drop(source);
    }

    [Fact]
    public void ASignalInsideAnAccessSectionHandsTheCallbacksToTheDispatcher()
    {
        (Fence fence, FenceSource source) = Pending();
        using ManualResetEventSlim ran = new();
        int thread = 0;
        On(fence, () =>
        {
            thread = fence.Status == FenceStatus.Signaled ? Environment.CurrentManagedThreadId : 0;
            ran.Set();
        });
        AccessToken token = default;
        using (AccessSection section = AccessSection.Begin(ref token))
        {
            Assert.Equal(SignalResult.Signaled, source.Signal());
            Assert.True(fence.IsSignaled);
            Assert.False(section.View.IsPending(fence));
            source.Dispose(); // the fence stays for its callbacks
        }

        Assert.True(ran.Wait(TimeSpan.FromSeconds(30)));
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.NotEqual(0, thread);
        Race.Until(() => fence.IsQuiesced, "the dispatcher is done with the fence");
        Race.Until(() => Statistics.FencesLive == 0, "the dispatcher drops the reference of the run");
        Drop();
    }

    [Fact]
    public void CallbacksHandedOverKeepTheirOrderAcrossFences()
    {
        const int Fences = 50;
        FenceSource[] sources = [.. Enumerable.Range(0, Fences).Select(_ => Timeline.CreateFence())];
        for (int i = 0; i < Fences; i++)
        {
            int number = i;
            On(sources[i].Fence, () => _log.Add($"{number}a"));
            On(sources[i].Fence, () => _log.Add($"{number}b"));
        }

        AccessToken token = default;
        using (AccessSection.Begin(ref token))
        {
            Array.ForEach(sources, source => source.Signal());
        }

        Race.Until(() => sources.All(source => source.Fence.IsQuiesced), "all handed over have run");
        AssertLog([.. Enumerable.Range(0, Fences).SelectMany(i => (string[])[$"{i}a", $"{i}b"])]);
        Drop(sources);
    }

    [Fact]
    public void QuiescedIsFalseUntilTheHeldCallbackHasReturned()
    {
        (Fence fence, FenceSource source) = Pending();
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim letGo = new();
        On(fence, () =>
        {
            inside.Set();
            Assert.True(letGo.Wait(TimeSpan.FromSeconds(30)));
        });
        Race.Run(
            () => source.Signal(),
            () =>
            {
                Assert.True(inside.Wait(TimeSpan.FromSeconds(30)));
                Assert.True(fence.IsSignaled);
                Assert.False(fence.IsQuiesced);
                letGo.Set();
            });
        Assert.True(fence.IsQuiesced);
        Drop(source);
    }

    [Fact]
    public void AChainOfAMillionSignalsInCallbacksDoesNotRecurse()
    {
        s_chain = new FenceSource[ChainLength];
        s_linksRun = s_depth = s_deepest = 0;
        for (int i = 0; i < ChainLength; i++)
        {
            s_chain[i] = Timeline.CreateFence();
            s_chain[i].Fence.AddCallback(&SignalNext, i, out _);
        }

        s_chain[0].Signal();
        Assert.Equal((ChainLength, 1), (s_linksRun, s_deepest));
        Drop(s_chain);
        s_chain = [];
    }

    private static void SignalNext(Fence fence, nint index)
    {
        s_deepest = Math.Max(s_deepest, ++s_depth);
        s_linksRun++;
        if (index + 1 < s_chain.Length)
        {
            s_chain[index + 1].Signal();
        }

        s_depth--;
    }

    private static void On(Fence fence, Action action) =>
        Assert.Equal(AddCallbackResult.Added, fence.AddCallback(static (_, state) => ((Action)state!)(), action, out _));

    // Asserts of callbacks are exceptions, and those are caught by contract: so they are looked for here.
    private void AssertLog(params string[] expected)
    {
        Assert.Equal(expected, _log);
        Assert.Equal(expected is ["next"] ? 1 : 0, Statistics.CallbacksThrown);
    }

    private void Drop(params FenceSource[] sources)
    {
        Array.ForEach(sources, source => source.Dispose());
        AssertNothingIsHeld();
    }
}
