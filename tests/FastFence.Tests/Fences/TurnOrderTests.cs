using FastFence.Fences;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C11: fences of one timeline signal in seqno order, whoever signals and whenever.</summary>
public sealed unsafe class TurnOrderTests : FenceTest
{
    private static readonly List<ulong> s_ran = [];

    [Fact]
    public void ASignalOutOfTurnIsRecordedAndTakesEffectInItsTurn()
    {
        (Fence first, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        Assert.Equal(SignalResult.Deferred, secondSource.Signal(FenceError.DeviceLost));
        Assert.False(second.IsSignaled);
        Assert.Equal(0ul, Timeline.CompletedSeqno);
        Assert.Equal(SignalResult.AlreadySignaled, secondSource.Signal());
        Assert.Equal(SignalResult.Signaled, firstSource.Signal());
        Assert.Equal(FenceStatus.Signaled, first.Status);
        Assert.Equal(FenceStatus.Failed(FenceError.DeviceLost), second.Status);
        Assert.True(first.TimestampNanoseconds <= second.TimestampNanoseconds);
        firstSource.Dispose();
        secondSource.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ARecordedSignalIsTheOutcomeAndNoErrorComesAfterIt()
    {
        (_, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        secondSource.Signal();
        Assert.False(secondSource.TrySetError(FenceError.DeviceLost));
        firstSource.Signal();
        Assert.Equal(FenceStatus.Signaled, second.Status);
        firstSource.Dispose();
        secondSource.Dispose();
    }

    [Fact]
    public void ARecordedFenceWhoseSourceIsDroppedStaysAliveForItsTurn()
    {
        (_, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        s_ran.Clear();
        second.AddCallback(&Note, 0, out _);
        secondSource.Signal(FenceError.TimedOut);
        secondSource.Dispose();
        Assert.Equal(FenceState.Pending, second.Status.State);
        firstSource.Dispose(); // unsignaled: -ECANCELED, and then the second one's turn
        Assert.Equal([2ul], s_ran);
        Assert.Equal(FenceState.Stale, second.Status.State);
        Assert.Equal((2, 2), (Statistics.FencesSignaled, Statistics.FencesFailed));
        AssertNothingIsHeld();
    }

    [Fact]
    public void SourcesDroppedInFallingOrderEndInRisingOrder()
    {
        FenceSource[] sources = [.. Enumerable.Range(0, 50).Select(_ => Timeline.CreateFence())];
        s_ran.Clear();
        Array.ForEach(sources, source => source.Fence.AddCallback(&Note, 0, out _));
        foreach (FenceSource source in sources.Reverse())
        {
            source.Dispose();
        }

        Assert.Equal(Enumerable.Range(1, 50).Select(i => (ulong)i), s_ran);
        AssertNothingIsHeld();
    }

    [Fact]
    public void EveryOrderOfFiveSignalsRunsTheCallbacksInSeqnoOrder()
    {
        int orders = 0;
        foreach (int[] order in Permutations([0, 1, 2, 3, 4]))
        {
            orders++;
            ulong completed = Timeline.CompletedSeqno;
            FenceSource[] sources = [.. Enumerable.Range(0, 5).Select(_ => Timeline.CreateFence())];
            s_ran.Clear();
            Array.ForEach(sources, source => source.Fence.AddCallback(&Note, 0, out _));
            HashSet<int> given = [];
            foreach (int which in order)
            {
                int turn = Enumerable.Range(0, 5).TakeWhile(given.Contains).Count();
                Assert.Equal(which == turn ? SignalResult.Signaled : SignalResult.Deferred, sources[which].Signal());
                given.Add(which);
                int prefix = Enumerable.Range(0, 5).TakeWhile(given.Contains).Count();
                Assert.Equal(completed + (ulong)prefix, Timeline.CompletedSeqno);
                Assert.All(Enumerable.Range(0, 5), i => Assert.Equal(i < prefix, sources[i].Fence.IsSignaled));
            }

            Assert.Equal(Enumerable.Range(1, 5).Select(i => completed + (ulong)i), s_ran);
            Array.ForEach(sources, source => source.Dispose());
        }

        Assert.Equal(120, orders);
        AssertNothingIsHeld();
    }

    [Fact]
    public void ThreadsThatSignalInAnyOrderLeaveNoSignalBehind()
    {
        const int Rounds = 6_000;
        const int Fences = 6;
        Random left = new(3);
        Random right = new(4);
        ulong last = 0;
        FenceSource[] sources = Make();
        Race.Rounds(
            Rounds,
            _ => SignalAll(sources, left),
            _ => SignalAll(sources, right),
            _ =>
            {
                Assert.All(sources, source => Assert.True(source.Fence.IsSignaled));
                Race.Until(() => sources.All(source => source.Fence.IsQuiesced), "all have run, whoever runs them");
                Assert.Equal(Timeline.LastSeqno, Timeline.CompletedSeqno);
                lock (s_ran)
                {
                    Assert.Equal(Fences, s_ran.Count);
                    Assert.All(s_ran, seqno => Assert.Equal(++last, seqno));
                }

                Array.ForEach(sources, source => source.Dispose());
                sources = Make();
            });
        Array.ForEach(sources, source => source.Dispose());
        AssertNothingIsHeld();

        FenceSource[] Make()
        {
            FenceSource[] made = [.. Enumerable.Range(0, Fences).Select(_ => Timeline.CreateFence())];
            s_ran.Clear();

            Array.ForEach(made, source => source.Fence.AddCallback(&Note, 0, out _));
            return made;
        }
    }

    [Fact]
    public void ARecorderThatComesAfterTheCloseIsRefusedAndTheCallbackStillRuns()
    {
        // The interleaving by hand: B found the fence out of turn; the turn came, A closed it and queued its callback; now B goes
        // on to record. It must not touch the link that the callback hangs on, nor leave a closed fence in the sorted list.
        (_, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        (Fence third, FenceSource thirdSource) = Pending();
        s_ran.Clear();
        second.AddCallback(&Note, 0, out _);
        firstSource.Signal();
        ThreadCache* cache = Registry.CacheOf(&Engine.Block->Pools);
        Section.Enter();
        Assert.True(FenceSignal.CloseInTurn(cache, Timeline.Block, second.Index, second.Slot, second.Generation, second.Slot->Head, 0, 0, promised: false));
        Assert.Equal(
            SignalResult.AlreadySignaled,
            TimelineTurn.Record(cache, Timeline.Block, second.Index, second.Slot, second.Generation, 0));
        Section.Exit();
        CallbackInvoke.RunAll(cache);
        Assert.Equal([2ul], s_ran);
        (_, FenceSource fourthSource) = Pending();
        Assert.Equal(SignalResult.Deferred, fourthSource.Signal());
        Assert.Equal(SignalResult.Signaled, thirdSource.Signal());
        Assert.True(third.IsSignaled);
        Assert.True(fourthSource.Fence.IsSignaled);
        Array.ForEach([firstSource, secondSource, thirdSource, fourthSource], source => source.Dispose());
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASignallerInTurnLeavesAPromisedFenceToItsRecorder()
    {
        // B has promised the fence and stands still before it has pushed it; the turn comes; A must not close it under B.
        (_, FenceSource firstSource) = Pending();
        (Fence second, FenceSource secondSource) = Pending();
        Assert.True(FenceSignal.TryPromise(second.Slot, second.Generation, FenceError.DeviceLost.Magnitude));
        firstSource.Signal();
        Assert.Equal(SignalResult.AlreadySignaled, secondSource.Signal());
        Assert.False(second.IsSignaled);
        Section.Enter();
        ThreadCache* cache = Registry.CacheOf(&Engine.Block->Pools);
        Assert.True(FenceSignal.CloseInTurn(
            cache, Timeline.Block, second.Index, second.Slot, second.Generation, second.Slot->Head, 0, 0, promised: true));
        Section.Exit();
        Assert.Equal(FenceError.DeviceLost, second.Status.Error);
        firstSource.Dispose();
        secondSource.Dispose();
    }

    private static void SignalAll(FenceSource[] sources, Random random)
    {
        int[] order = [.. Enumerable.Range(0, sources.Length)];
        random.Shuffle(order);
        foreach (int i in order)
        {
            sources[i].Signal();
        }
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length < 2
        ? [items]
        : items.SelectMany((item, at) => Permutations([.. items[..at], .. items[(at + 1)..]]).Select(rest => (int[])[item, .. rest]));

    private static void Note(Fence fence, nint state)
    {
        lock (s_ran)
        {
            s_ran.Add(fence.Seqno);
        }
    }
}
