using FastFence.Atomics;
using FastFence.Polling;
using FastFence.Rings;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Rings;

/// <summary>Rings whose completion words stand side by side: turns compare words, and visit rings only when those differ.</summary>
public sealed unsafe class PackedRingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void RandomCompletionsOfPackedRingsAgreeWithASequentialModel(int seed)
    {
        const int Budget = 3;
        Random random = new(seed);
        using PackedWords packed = new(
            30, new FenceEngineOptions { StartPoller = false, RetireBudget = Budget }, (place, options) => Kind(place, options));
        packed.Device.IsQuiet = false;
        List<RingModel> models = [.. packed.Rings.Select(_ => new RingModel(Budget))];
        for (int step = 0; step < 3000; step++)
        {
            int at = random.Next(models.Count);
            Step(random, packed, packed.Rings[at], models[at], at);
            if (random.Next(4) != 0)
            {
                continue;
            }

            Assert.Equal(models.Sum(m => m.Turn()), packed.Turn());
            Assert.Equal(models.Select(m => m.Completed), packed.Rings.Select(r => r.Timeline.CompletedSeqno));
            Assert.Equal(models.Select(m => m.IsRefused), packed.Rings.Select(r => r.Condition == RingCondition.Faulted));
            if (random.Next(200) == 0 && models.Count < 60)
            {
                packed.Add(models.Count); // a new set, under way
                models.Add(new RingModel(Budget));
            }
        }

        Assert.True(packed.Set->Octets >= 2, "no octets: the wide look was not tested");
        Assert.Contains(models, m => m.IsRefused);
    }

    // Packed ones, and in between some with a word of their own and of 32 bits: octets, what is left of runs, single ones.
    private static RingOptions Kind(int place, RingOptions options) => place switch
    {
        10 => options with { CompletionWord = 0 },
        11 => options with { CompletionWord = 0, CompletionBits = 32 },
        29 => options with { CompletionBits = 32 },
        _ => options,
    };

    private static void Step(Random random, PackedWords packed, FenceRing ring, RingModel model, int at)
    {
        switch (random.Next(100))
        {
            case < 60:
                if (!model.IsRefused && model.Emitted - model.Completed < 64)
                {
                    packed.Emit(at);
                    model.Emitted++;
                }

                break;
            case 99 when random.Next(10) == 0 && model.Emitted > model.Completed: // with nothing outstanding it would be closed
                model.Word = random.Next(2) == 0 ? model.Emitted + 1 : uint.MaxValue; // what no good device says
                ring.Consumer.WriteWord(model.Word);
                break;
            default:
                if (!model.IsRefused && model.Word < model.Emitted)
                {
                    model.Word += 1 + (ulong)random.NextInt64((long)(model.Emitted - model.Word));
                    ring.Consumer.CompleteSilently(model.Word);
                }

                break;
        }
    }

    [Fact]
    public void AnIdleRingIsNotVisitedAndTurnsGoByItsWordAlone()
    {
        using PackedWords packed = new(24);
        Fence fence = packed.Emit(7);
        packed.Settle();
        Assert.Equal(3, packed.Set->Octets);

        // Behind the poller's back: without attention it does not notice. This is what the tests below are controls of.
        RingBlock* ring = packed.Rings[7].Block;
        ring->FailError = 5;
        Atomic.StoreRelease(ref ring->State, (uint)RingState.Failing);
        Assert.Equal(0, packed.Turn());
        Assert.False(fence.IsSignaled);
        PollerWake.Attend(ring->Wake);
        Assert.Equal(1, packed.Turn());
        Assert.True(fence.IsSignaled);
    }

    [Fact]
    public void APackedRingThatFailsIsEndedAlthoughItsWordIsSilent()
    {
        using PackedWords packed = new(24, new FenceEngineOptions { StartPoller = false, RetireBudget = 2 });
        Fence[] fences = [.. Enumerable.Range(0, 5).Select(_ => packed.Emit(3))]; // more than one turn's budget
        Fence other = packed.Emit(4);
        packed.Settle();
        Assert.True(FastFence.Teardown.TryBringToRest(packed.Rings[3], TimeSpan.Zero));
        Assert.False(FastFence.Teardown.EndOutstanding(packed.Rings[3], FenceError.DeviceLost, deadline: 0)); // turns are ours
        Assert.Equal((2, 2, 1, 0), (packed.Turn(), packed.Turn(), packed.Turn(), packed.Turn()));
        Assert.All(fences, f => Assert.Equal(FenceError.DeviceLost, f.Status.Error));
        Assert.False(other.IsSignaled);
    }

    [Fact]
    public void APackedRingWithMoreThanABudgetIsVisitedUntilAllIsRetired()
    {
        using PackedWords packed = new(24, new FenceEngineOptions { StartPoller = false, RetireBudget = 2 });
        for (int i = 0; i < 5; i++)
        {
            packed.Emit(9);
        }

        packed.Settle();
        packed.Rings[9].Consumer.CompleteSilently(5);
        Assert.Equal((2, 2, 1, 0), (packed.Turn(), packed.Turn(), packed.Turn(), packed.Turn()));
        Assert.Equal(5UL, packed.SettledOf(packed.Rings[9]));
    }

    // A device that is reset clears its word: it must not read as settled while positions that were seen are still to be retired.
    [Fact]
    public void AWordThatGoesBackInTheMiddleOfABacklogIsRefusedAndNotTakenForSettled()
    {
        using PackedWords packed = new(24, new FenceEngineOptions { StartPoller = false, RetireBudget = 2 });
        for (int i = 0; i < 5; i++)
        {
            packed.Emit(9);
        }

        packed.Settle();
        packed.Rings[9].Consumer.CompleteSilently(5);
        Assert.Equal(2, packed.Turn());
        packed.Rings[9].Consumer.WriteWord(0);
        Assert.Equal(0, packed.Turn());
        Assert.Equal((RingCondition.Faulted, 1L), (packed.Rings[9].Condition, packed.Engine.GetStatistics().WordsRefused));
        Assert.Equal(RingSet.Unsettled, packed.SettledOf(packed.Rings[9]));
    }

    [Fact]
    public void AJobThatBeginsToWaitOnAPackedRingGoesOutWhenItsInFenceSignals()
    {
        using PackedWords packed = new(24);
        packed.Settle();
        using FenceSource source = packed.Engine.CreateTimeline("in").CreateFence();
        Assert.Equal(EmitResult.Emitted, packed.Rings[5].EmitWhen([source.Fence], new RingCommand { Opcode = 1 }, out FenceRef fence));
        packed.Hold(fence);
        packed.Turn();
        Assert.Equal(1u, packed.Set->Feeding);
        packed.Turn();
        Assert.False(packed.Rings[5].Consumer.TryTake(out _));
        source.Signal();
        packed.Turn();
        Assert.True(packed.Rings[5].Consumer.TryTake(out _));
        Assert.Equal((0u, 1L), (packed.Set->Feeding, packed.Engine.GetStatistics().JobsFed));
    }

    [Fact]
    public void WaitingJobsStayKnownWhenTheSetIsReplaced()
    {
        using PackedWords packed = new(17);
        using FenceSource source = packed.Engine.CreateTimeline("in").CreateFence();
        packed.Rings[5].EmitWhen([source.Fence], new RingCommand { Opcode = 1 }, out FenceRef fence);
        packed.Hold(fence);
        packed.Settle();
        packed.Add(17);
        source.Signal();
        packed.Turn();
        Assert.True(packed.Rings[5].Consumer.TryTake(out _));
    }

    [Fact]
    public void ARingWhoseWordHasMovedIsVisitedAlthoughTheSetStillNamesTheFormerOne()
    {
        using PackedWords packed = new(24);
        Fence fence = packed.Emit(6);
        packed.Settle();
        FenceRing ring = packed.Rings[6];
        ring.Block->Word = (byte*)&ring.Block->OwnWord; // as where there was no memory for another set
        PollerWake.Attend(ring.Block->Wake);
        packed.Settle();
        Assert.Equal(RingSet.Unsettled, packed.SettledOf(ring));
        ring.Consumer.CompleteSilently(1);
        Assert.Equal(1, packed.Turn());
        Assert.True(fence.IsSignaled);
    }

    [Fact]
    public void WhileAFormerPollerMayGoOnTurnsVisitAllAndLeaveTheSetAlone()
    {
        using PackedWords packed = new(24);
        packed.Emit(2);
        packed.Emit(2);
        packed.Settle();
        PollerWake* wake = &packed.Engine.Poller.Block->Wake;
        PollerWake.BeginSharing(wake);
        packed.Rings[2].Consumer.CompleteSilently(1);
        Assert.Equal(1, packed.Turn());
        Assert.Equal(0UL, packed.SettledOf(packed.Rings[2]));
        PollerWake.Attend(wake);
        packed.Turn();
        Assert.Equal(PollerWake.LookAlways, wake->Attention);
        PollerWake.EndSharing(wake);
        packed.Settle();
        Assert.Equal(1UL, packed.SettledOf(packed.Rings[2]));
        packed.Rings[2].Consumer.CompleteSilently(2);
        Assert.Equal(1, packed.Turn());
    }

    [Fact]
    public void OctetsAreMadeOfWordsSideBySideHoweverTheRingsCame()
    {
        using PackedWords packed = new(0);
        foreach (int place in Enumerable.Range(0, 40).Except([12, 30]).OrderBy(p => p * 7 % 40))
        {
            packed.Add(place);
        }

        // 0 to 11, 13 to 29, 31 to 39: one octet, two, one.
        Assert.Equal((4, 38), (packed.Set->Octets, packed.Set->Count));
        for (uint i = 0; i < 38; i++)
        {
            Assert.Equal((nint)RingSet.Items(packed.Set)[i]->Word, RingSet.LookOf(packed.Set, i));
        }

        FenceRing gone = packed.Rings[packed.Rings.FindIndex(r => r.Block->Word == RingSet.Items(packed.Set)[0]->Word)];
        gone.Dispose();
        Assert.Equal((4, 37, -1), (packed.Set->Octets, packed.Set->Count, packed.PlaceOf(gone)));
    }

    [Fact]
    public void RingsWithBacklogsTakeTurnsInBeingFirst()
    {
        using PackedWords packed = new(16, new FenceEngineOptions { StartPoller = false, RetireBudget = 1 });
        for (int ring = 0; ring < 16; ring++)
        {
            for (int i = 0; i < 40; i++)
            {
                packed.Emit(ring);
            }
        }

        packed.Settle();
        packed.Rings.ForEach(r => r.Consumer.CompleteSilently(40));
        HashSet<uint> first = [];
        for (int turn = 0; turn < 32; turn++)
        {
            first.Add(packed.Engine.Poller.Block->FirstRing % 16);
            Assert.Equal(16, packed.Turn());
        }

        Assert.Equal(16, first.Count);
    }

    [Fact]
    public void PackedRingsComeAndGoWhileTurnsRunAndEveryFenceIsSignaledOnce()
    {
        const int Jobs = 20_000;
        using PackedWords packed = new(24, new FenceEngineOptions());
        using Worker device = new();
        Action executed = device.Begin(() =>
        {
            ulong[] done = new ulong[20];
            while (done.Any(d => d < Jobs / 20))
            {
                for (int i = 0; i < 20; i++)
                {
                    RingConsumer ring = packed.Rings[i].Consumer;
                    while (ring.TryTake(out _))
                    {
                    }

                    if (ring.Position != done[i])
                    {
                        ring.Complete(done[i] = ring.Position);
                    }
                }
            }
        });
        for (int i = 0; i < Jobs; i++)
        {
            FenceRef fence;
            while (packed.Rings[i % 20].Emit(new RingCommand { Opcode = 1 }, out fence) != EmitResult.Emitted)
            {
                Thread.Yield();
            }

            fence.Dispose();
            if (i % 500 == 0)
            {
                packed.Rings[^1].Dispose();
                packed.Rings.RemoveAt(packed.Rings.Count - 1);
                packed.Rings.Insert(20, packed.Engine.CreateRing("more", new RingOptions { Capacity = 2 }));
            }
        }

        executed();
        Until.Holds(() => packed.Rings.Take(20).All(r => r.Outstanding == 0), "the last fence");
        EngineStatistics now = packed.Engine.GetStatistics();
        Assert.Equal((Jobs, Jobs, 0, 0), (now.FencesSignaled, now.Retired, now.SignalsRepeated, now.WordsRefused));
    }

    /// <summary>What a ring is to do, in order and without any of the scan's shortcuts.</summary>
    private sealed class RingModel(int budget)
    {
        private ulong _seen;

        public ulong Emitted { get; set; }

        public ulong Word { get; set; }

        public ulong Completed { get; private set; }

        public bool IsRefused { get; private set; }

        public int Turn()
        {
            IsRefused |= Word < _seen || Word > Emitted;
            if (IsRefused)
            {
                return 0;
            }

            _seen = Word;
            int now = (int)Math.Min((ulong)budget, _seen - Completed);
            Completed += (ulong)now;
            return now;
        }
    }
}
