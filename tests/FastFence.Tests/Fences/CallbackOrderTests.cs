using FastFence.Fences;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>C11: first in, first run; refused ones leave nothing behind; removal anywhere in the list.</summary>
public sealed unsafe class CallbackOrderTests : FenceTest
{
    private static readonly List<int> s_ran = [];

    public CallbackOrderTests() => s_ran.Clear();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    [InlineData(1000)]
    public void CallbacksRunInTheOrderInWhichTheyWereAdded(int count)
    {
        (Fence fence, FenceSource source) = Pending();
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(AddCallbackResult.Added, Add(fence, i, out _));
        }

        Assert.Equal(count, Statistics.CallbackNodesLive);
        Assert.False(fence.IsQuiesced);
        source.Signal();
        Assert.True(fence.IsQuiesced);
        Assert.Equal(Enumerable.Range(0, count), s_ran);
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void EveryFormOfCallbackTakesItsPlaceInTheOneOrder()
    {
        (Fence fence, FenceSource source) = Pending();
        for (int i = 0; i < 30; i += 2)
        {
            Add(fence, i, out _);
            fence.AddCallback((_, state) => s_ran.Add((int)state!), i + 1, out _);
        }

        source.Signal();
        Assert.Equal(Enumerable.Range(0, 30), s_ran);
        source.Dispose();
    }

    [Fact]
    public void ARefusedCallbackIsCountedAndKeepsNoNode()
    {
        (Fence fence, FenceSource source) = Pending();
        source.Signal();
        int kept = DelegateTable.Count;
        Assert.Equal(AddCallbackResult.AlreadySignaled, Add(fence, 1, out _));
        Assert.Equal(AddCallbackResult.AlreadySignaled, fence.AddCallback((_, _) => s_ran.Add(2), null, out _));
        Assert.Equal((2, 0, 0), (Statistics.CallbacksRefused, Statistics.CallbackNodesLive, Statistics.CallbacksAdded));
        Assert.Equal(kept, DelegateTable.Count);
        Assert.Empty(s_ran);
        source.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    public void RemovalAtHeadMiddleOrTailTakesOutExactlyThatOne(int removed)
    {
        (Fence fence, FenceSource source) = Pending();
        CallbackRegistration[] registrations = AddTen(fence);
        Assert.True(registrations[removed].Remove());
        Assert.False(registrations[removed].Remove());
        source.Signal();
        Assert.Equal(Enumerable.Range(0, 10).Where(i => i != removed), s_ran);
        Assert.All(registrations, registration => Assert.False(registration.Remove()));
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void WithAllRemovedNothingRunsAndTheFenceIsQuiescedAtOnce()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.All(AddTen(fence), registration => Assert.True(registration.Remove()));
        source.Signal();
        Assert.Empty(s_ran);
        Assert.True(fence.IsQuiesced);
        Assert.Equal((10, 0), (Statistics.CallbacksRemoved, Statistics.CallbacksRun));
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void EverySubsetOfSixCanBeRemovedInAnyDirection()
    {
        for (int subset = 0; subset < 64; subset++)
        {
            (Fence fence, FenceSource source) = Pending();
            s_ran.Clear();
            CallbackRegistration[] registrations = new CallbackRegistration[6];
            for (int i = 0; i < 6; i++)
            {
                Add(fence, i, out registrations[i]);
            }

            IEnumerable<int> chosen = Enumerable.Range(0, 6).Where(i => (subset >> i & 1) != 0);
            foreach (int i in subset % 2 == 0 ? chosen : chosen.Reverse())
            {
                Assert.True(registrations[i].Remove());
            }

            source.Signal();
            Assert.Equal(Enumerable.Range(0, 6).Except(chosen), s_ran);
            source.Dispose();
        }

        AssertNothingIsHeld();
    }

    [Fact]
    public void ADelegateRemovedOrRunLeavesTheTableAsItWas()
    {
        int before = DelegateTable.Count;
        (Fence fence, FenceSource source) = Pending();
        fence.AddCallback((_, _) => s_ran.Add(1), null, out CallbackRegistration removed);
        fence.AddCallback((_, _) => s_ran.Add(2), null, out _);
        Assert.Equal(before + 2, DelegateTable.Count);
        Assert.True(removed.Remove());
        Assert.Equal(before + 1, DelegateTable.Count);
        source.Signal();
        Assert.Equal(before, DelegateTable.Count);
        Assert.Equal([2], s_ran);
        source.Dispose();
    }

    [Fact]
    public void ALateRemoveOnANodeOfAnotherLifeIsRefused()
    {
        // One pending fence, so that only the registration's own generation can refuse.
        (Fence fence, FenceSource source) = Pending();
        Add(fence, 0, out CallbackRegistration old);
        Assert.True(old.Remove());
        List<CallbackRegistration> others = [];
        for (int i = 1; i < 400; i++)
        {
            Add(fence, i, out CallbackRegistration registration);
            others.Add(registration);
            Assert.True(registration.Remove());
            Engine.Barrier(TimeSpan.Zero); // nodes come back soon
        }

        Assert.Contains(others, other => other.Node == old.Node && other.Generation != old.Generation);
        CallbackRegistration reuser = others.Last();
        Assert.False(old.Remove());
        Add(fence, 1000, out CallbackRegistration live);
        Assert.All(others.Append(old), other => Assert.False(other.Remove()));
        Assert.True(live.Remove());
        Assert.False(reuser.Remove());
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ARemoverThatFindsTheFenceClosedLeavesTheCallbackToTheRunner()
    {
        // The interleaving by hand: closed, and the runner, who may have read the node as pending, has not gone on.
        (Fence fence, FenceSource source) = Pending();
        Add(fence, 7, out CallbackRegistration registration);
        ulong open = fence.Slot->Head;
        fence.Slot->Head = HeadWord.Closed(0, 0, 0);
        Assert.False(registration.Remove());
        ThreadCache* cache = Registry.CacheOf(&Engine.Block->Pools);
        Section.Enter();
        CallbackRun.Collect(cache, fence.Index, fence.Slot, open, onPoller: false, fence.Generation, later: false);
        Timeline.Block->Completed = fence.Seqno;
        Section.Exit();
        CallbackInvoke.RunAll(cache);
        Assert.Equal([7], s_ran);
        Assert.True(fence.IsQuiesced);
        source.Dispose();
        Assert.Equal((0, 0), (Statistics.FencesLive, Statistics.CallbackNodesLive));
    }

    [Fact]
    public void ADefaultRegistrationRemovesNothing() => Assert.False(default(CallbackRegistration).Remove());

    [Fact]
    public void ANullFunctionIsAnArgumentError()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.Throws<ArgumentNullException>(() => fence.AddCallback(null!, null, out _));
        Assert.Throws<ArgumentNullException>(() => fence.AddCallback((delegate*<Fence, nint, void>)null, 0, out _));
        Assert.Throws<ArgumentNullException>(() => fence.AddNativeCallback(null, 0, out _));
        source.Dispose();
    }

    private static CallbackRegistration[] AddTen(Fence fence)
    {
        CallbackRegistration[] registrations = new CallbackRegistration[10];
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(AddCallbackResult.Added, Add(fence, i, out registrations[i]));
        }

        return registrations;
    }

    private static AddCallbackResult Add(Fence fence, int number, out CallbackRegistration registration) =>
        fence.AddCallback(&Note, number, out registration);

    private static void Note(Fence fence, nint state) => s_ran.Add((int)state);
}
