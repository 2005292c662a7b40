using FastFence.Fences;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>A long-lived fence with many callbacks that come and go does not grow, and nobody is lost while it is swept.</summary>
public sealed unsafe class CallbackSweepTests : FenceTest
{
    // Two sweeps' worth of pushes, and what the sweeper's own thread has not yet given up.
    private const int FewNodes = 100;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void OverlappingRegistrationsOnOnePendingFenceKeepTheNodesFlat(int overlap)
    {
        (Fence fence, FenceSource source) = Pending();
        Queue<CallbackRegistration> held = [];
        long most = 0;
        for (int i = 0; i < 200_000; i++)
        {
            Assert.Equal(AddCallbackResult.Added, fence.AddCallback(&Never, 0, out CallbackRegistration added));
            held.Enqueue(added);
            if (held.Count > overlap)
            {
                Assert.True(held.Dequeue().Remove());
            }

            if (i % 1000 == 0)
            {
                most = Math.Max(most, Statistics.CallbackNodesLive);
            }
        }

        Assert.InRange(most, 1, FewNodes + overlap);
        Assert.All(held, registration => Assert.True(registration.Remove()));
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void TimedOutWaitsOnAPendingFenceKeepTheNodesFlat()
    {
        (Fence fence, FenceSource source) = Pending();
        for (int i = 0; i < 500; i++)
        {
            Assert.True(fence.Wait(TimeSpan.FromTicks(1)).IsTimedOut);
        }

        Assert.InRange(Statistics.CallbackNodesLive, 0, FewNodes);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASweepAmongManyLiveCallbacksIsNotDueAgainAtOnce()
    {
        // More live callbacks than the due mark can count ahead: every removal would sweep the whole list. The first sweep puts
        // the mark at twice the half, the second one finds them all.
        const int Half = 400_000;
        const int Removed = 100;
        (Fence fence, FenceSource source) = Pending();
        List<CallbackRegistration> registrations = [];
        ulong before = SweepsSoFar();
        AddTo(Half);
        Assert.True(registrations[0].Remove());
        Assert.Equal(1ul, SweepsSoFar() - before);
        AddTo((2 * Half) + 1000);
        for (int i = 1; i <= Removed; i++)
        {
            Assert.True(registrations[i].Remove());
        }

        Assert.Equal(2ul, SweepsSoFar() - before);
        source.Dispose();
        Assert.Equal(registrations.Count - 1 - Removed, Statistics.CallbacksRun);

        void AddTo(int count)
        {
            while (registrations.Count < count)
            {
                fence.AddCallback(&Nothing, 0, out CallbackRegistration added);
                registrations.Add(added);
            }
        }
    }

    [Fact]
    public void AFirstRemovalAmongAMillionCallbacksSweepsToo()
    {
        (Fence fence, FenceSource source) = Pending();
        CallbackRegistration last = default;
        for (int i = 0; i < 600_000; i++)
        {
            fence.AddCallback(&Nothing, 0, out last);
        }

        ulong before = SweepsSoFar();
        Assert.True(last.Remove());
        Assert.Equal(1ul, SweepsSoFar() - before);
        source.Dispose();
    }

    [Fact]
    public void TheSweeperNeverUnlinksTheNewestNorAnUnfinishedRemoval()
    {
        (Fence fence, FenceSource source) = Pending();
        CallbackLedger ledger = new(3);
        CallbackRegistration[] registrations = new CallbackRegistration[3];
        for (int i = 0; i < 3; i++)
        {
            ledger.Added(i, fence.AddCallback(&CallbackLedger.Run, ledger.CellOf(i), out registrations[i]) == AddCallbackResult.Added);
        }

        // A remover that stands still between its mark and its look at the head: the node must stay, for it may come back.
        CallbackNode* marked = CallbackNode.At(registrations[1].Node);
        marked->State = registrations[1].Generation | NodeState.Removing;
        ledger.Removed(2, registrations[2].Remove()); // the newest
        ledger.Removed(0, registrations[0].Remove()); // the oldest
        Sweep(fence);
        Assert.Equal(registrations[2].Node, HeadWord.Node(fence.Slot->Head));
        Assert.Equal(registrations[1].Node, CallbackNode.At(registrations[2].Node)->Next);
        Assert.Equal(0u, marked->Next);
        Assert.Equal(NodeState.Swept, CallbackNode.At(registrations[0].Node)->State & NodeState.Mask);

        source.Signal();
        Assert.Equal(NodeState.Skipped, marked->State & NodeState.Mask); // the runner passed over it: it never runs
        ledger.Removed(1, true);
        ledger.Verify();
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASweepThatASignalOvertakesLeavesEachNodeToOneOfThem()
    {
        for (int round = 0; round < 50; round++)
        {
            (Fence fence, FenceSource source) = Pending();
            List<CallbackRegistration> removed = [];
            for (int i = 0; i < 20; i++)
            {
                fence.AddCallback(&Never, 0, out CallbackRegistration registration);
                removed.Add(registration);
            }

            Assert.All(removed, registration => Assert.True(registration.Remove()));
            Race.Run(() => Sweep(fence), () => source.Signal());
            source.Dispose();
        }

        AssertNothingIsHeld();
    }

    [Fact]
    public void SweepingRacesWithSignalAndRemoversAndNobodyIsLost()
    {
        const int Callbacks = 80;
        CallbackLedger left = new(Callbacks);
        CallbackLedger right = new(Callbacks);
        Random leftRandom = new(5);
        Random rightRandom = new(6);
        FenceSource source = Timeline.CreateFence();
        int[] done = new int[1];
        Race.Rounds(
            400,
            _ => Churn(source.Fence, left, leftRandom, done, source),
            _ => Churn(source.Fence, right, rightRandom, done, source),
            _ =>
            {
                left.Verify();
                right.Verify();
                left.Reset();
                right.Reset();
                done[0] = 0;
                source.Dispose();
                source = Timeline.CreateFence();
            });
        source.Dispose();
        AssertNothingIsHeld();
    }

    // The thread that finishes its half first signals, while the other still adds, removes and sweeps.
    private static void Churn(Fence fence, CallbackLedger ledger, Random random, int[] done, FenceSource source)
    {
        CallbackRegistration[] registrations = new CallbackRegistration[80];
        int signalAt = 40 + random.Next(40);
        for (int i = 0; i < registrations.Length; i++)
        {
            ledger.Added(i, fence.AddCallback(&CallbackLedger.Run, ledger.CellOf(i), out registrations[i]) == AddCallbackResult.Added);
            int which = random.Next(i + 1);
            ledger.Removed(which, registrations[which].Remove());
            if (i == signalAt && Interlocked.Exchange(ref done[0], 1) == 0)
            {
                source.Signal();
            }
        }
    }

    private static void Sweep(Fence fence)
    {
        FastFence.Reclamation.Section.Enter();
        CallbackSweep.Sweep(References.CacheOf(fence.Slot, fence.Generation), fence.Slot, fence.Generation);
        FastFence.Reclamation.Section.Exit();
    }

    private ulong SweepsSoFar() =>
        FastFence.Reclamation.Registry.CacheOf(&Engine.Block->Pools)->Counters.Read(FastFence.Memory.Counter.Sweeps);

    private static void Nothing(Fence fence, nint state)
    {
    }

    private static void Never(Fence fence, nint state) => throw new InvalidOperationException("removed, and ran");
}
